"""Passengers of international airlines, in thousands a month, 1949 to 1960: 144 numbers.

Box, Jenkins and Reinsel, "Time Series Analysis", Series G. Bare figures, under no copyright.
"""

from __future__ import annotations

import ast

from dlexamples.data.things import Thing, Uses, thing
from dlexamples.model import Claim

YEARS = (
    (112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118),
    (115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140),
    (145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166),
    (171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194),
    (196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201),
    (204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229),
    (242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278),
    (284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306),
    (315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336),
    (340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337),
    (360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405),
    (417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432),
)
WHAT = "airline passengers in thousands a month, 1949 to 1960 (Box and Jenkins), real and complete"
STANDS_IN = "airline passengers a month, 1949 to 1960 (Box and Jenkins), standing in for a series not named"
_FRAME = {"index", "plot", "rolling", "resample", "values", "iloc", "loc", "diff", "pct_change", "head", "tail"}
_COLUMNS = {"scaler", "fit_transform", "inverse_transform"}
_NAMED = r"(df_?|y_|series_)?(air(line)?_?)passengers(_?(df|data|series))?"


@thing("air_passengers", names=_NAMED)
def air_passengers(uses: Uses) -> Thing | None:
    """A DataFrame by month where the code names a column, a Series where it asks pandas' methods, else an array."""
    return series(uses, WHAT, Claim.REAL, "the name")


@thing("series", names=r"(time_?series|series|univariate_series|ts|ts_data)(_data|_values)?")
def any_series(uses: Uses) -> Thing | None:
    """The same numbers for a series that the code does not name."""
    keys = [key for key in uses.keys if not isinstance(key, ast.Slice | ast.Constant | ast.BinOp | ast.Name)]
    is_used = uses.keys or uses.attributes or uses.calls or uses.is_looped_over
    if keys or not is_used or any(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in uses.keys):
        return None
    return series(uses, STANDS_IN, Claim.STAND_IN, "the code uses it as a series of numbers")


def series(uses: Uses, what: str, claim: Claim, why: str) -> Thing | None:
    name = uses.name
    rows = [f"    {', '.join(map(str, year))}," for year in YEARS]
    columns = {key.value for key in uses.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    if len(columns) > 1:
        return None
    if columns:
        pandas = uses.imports.module("pandas", "pd")
        start = [f"{name} = {pandas}.DataFrame({{{min(columns)!r}: [".replace("'", '"'), *rows]
        lines = [*start, f']}}, index={pandas}.date_range("1949-01", periods=144, freq="MS"))']
    elif uses.attributes & _FRAME:
        pandas = uses.imports.module("pandas", "pd")
        lines = [f"{name} = {pandas}.Series([", *rows]
        lines += [f'], index={pandas}.date_range("1949-01", periods=144, freq="MS"), name="passengers")']
    else:
        numpy = uses.imports.module("numpy", "np")
        column = "[:, None]" if uses.callees & _COLUMNS else ""
        lines = [f"{name} = {numpy}.array([", *rows, f'], dtype="float32"){column}']
        if uses.scene.framework == "torch" and _is_tensor(uses):
            torch = uses.imports.module("torch")
            lines = [f"{name} = {torch}.tensor([", *rows, f"], dtype={torch}.float32)"]
    return Thing((name,), lines, what, claim, why, is_exact=claim is Claim.REAL)


def _is_tensor(uses: Uses) -> bool:
    """Whether the code asks a tensor's methods of it."""
    return bool(uses.attributes & {"unsqueeze", "view", "size", "unfold", "to", "float"})
