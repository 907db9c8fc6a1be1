"""Passengers of international airlines, in thousands a month, 1949 to 1960: 144 numbers.

Box, Jenkins and Reinsel, "Time Series Analysis", Series G. Bare figures, under no copyright.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.data.live import kind
from dlexamples.data.refusal import CannotTell
from dlexamples.data.samples import sample, taken
from dlexamples.data.sklearn_tables import inputs_as_asked, targets_as_asked
from dlexamples.data.table import Ask, Table, shaped
from dlexamples.data.targets import Target
from dlexamples.data.things import Thing, Uses, thing
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene

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


MONTHS = 12
"""Of a window, where the model takes any length."""


@shaped(
    "air_passengers",
    title="the series of airline passengers",
    words={"airline", "passengers"},
    spoken=r"(?<![a-z])air(line)?[ _-]?passengers?(?![a-z])",
)
def windows(need: Need, scene: Scene) -> Table:
    """Each month from those before it: (N, months, 1) or (N, months), in the order of time."""
    shape = taken(need.model, [(MONTHS, 1), (MONTHS,)], scene) if kind(need.model) else None
    found = sample(need.model, scene)
    if found is None and kind(need.model):
        raise CannotTell("it is one number a month, and nothing says that the model takes such")
    shape = shape or (found.shape if found else (MONTHS,))
    if len(shape) > 2 or shape[0] < 2 or shape[1:] not in ((), (1,)) or (found and found.tokens):
        raise CannotTell(f"it is one number a month, and {found.why if found else 'the model takes another'}")
    if (need.asked.units or (found.output or (1,))[-1] if found else 1) > 1:
        raise CannotTell("a window is followed by one number, and the model gives several")
    if shape[0] >= len(YEARS) * 12:
        raise CannotTell(f"it has {len(YEARS) * 12} months, and {found.why if found else 'a window is longer'}")
    return Table(
        what=f"airline passengers a month, 1949 to 1960 (Box and Jenkins), from the {shape[0]} months before it",
        claim=Claim.REAL,
        rows=len(YEARS) * 12 - shape[0],
        columns=shape[-1],
        classes=0,
        arrays=lambda ask: _windows(shape, ask),
        batch=16,
        stratified=False,
        ordered=True,
    )


def _windows(shape: tuple[int, ...], ask: Ask) -> list[str]:
    numpy, (months, *column) = ask.imports.module("numpy", "np"), shape
    name = ask.x if ask.wants_x else ask.y
    lines = [f"{name} = {numpy}.array([", *_rows(), '], dtype="float32") / 622']
    lines += [f"{name} = {numpy}.lib.stride_tricks.sliding_window_view({name}, {months + 1})"]
    # The targets first: the inputs may have the windows' name.
    column_of = "-1:" if ask.target is Target.COLUMN else "-1"
    if ask.values == "torch":
        lines += targets_as_asked(ask, 0, f"{name}[:, -1]")
    elif ask.wants_y:
        lines += [f"{ask.y} = {name}[:, {column_of}]"]
    if ask.wants_x:
        lines += [f"{ask.x} = {name}[:, :-1{', None' if column else ''}]"]
        lines += inputs_as_asked(ask) if ask.values == "torch" else []
    return lines


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
    rows = _rows()
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


def _rows() -> list[str]:
    return [f"    {', '.join(map(str, year))}," for year in YEARS]


def _is_tensor(uses: Uses) -> bool:
    """Whether the code asks a tensor's methods of it."""
    return bool(uses.attributes & {"unsqueeze", "view", "size", "unfold", "to", "float"})
