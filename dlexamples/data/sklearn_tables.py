"""How scikit-learn's own data sets are written down: they ship with it, whole, and need no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.refusal import CannotTell
from dlexamples.data.table import Ask, Table
from dlexamples.data.targets import Target
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.widths import Width


def shipped(load: str, what: str, shape: tuple[int, int], classes: int, width: Width | None) -> Table:
    """The table that `sklearn.datasets`' function `load` gives: float64 (N, columns), int64 (N,) from 0.

    Without `classes` the targets are numbers, float64 (N,).
    """
    rows, columns = shape
    if width and width.columns != columns:
        raise CannotTell(f"it has {columns} columns, and {width.why}")
    return Table(
        what=f"{what}, real and complete",
        claim=Claim.REAL,
        rows=rows,
        columns=columns,
        classes=classes,
        arrays=lambda ask: _arrays(load, classes, ask),
        batch=16,
        stratified=bool(classes),
        bunch=lambda imports: f"{imports.item('sklearn.datasets', load)}()",
    )


def _arrays(load: str, classes: int, ask: Ask) -> list[str]:
    loader = ask.imports.item("sklearn.datasets", load)
    bound = f"{ask.x}, {ask.y} = {loader}(return_X_y=True)"
    if not ask.wants_y:
        bound = f"{ask.x} = {loader}().data"
    if not ask.wants_x:
        bound = f"{ask.y} = {loader}().target"
    return [bound, *inputs_as_asked(ask), *targets_as_asked(ask, classes)]


def inputs_as_asked(ask: Ask) -> list[str]:
    """float64 rows as float32, in a tensor for torch."""
    if not ask.wants_x or ask.values == "raw":
        return []
    if ask.values == "torch":
        torch = ask.imports.module("torch")
        return [f"{ask.x} = {torch}.tensor({ask.x}, dtype={torch}.float32)"]
    return [f'{ask.x} = {ask.x}.astype("float32")']


def targets_as_asked(ask: Ask, classes: int, values: str = "") -> list[str]:
    """int64 classes (N,), or float64 numbers, in the shape and dtype that the loss wants.

    They are `values`, an expression, where they are not yet bound.
    """
    if not ask.wants_y:
        return []
    y = values or ask.y
    written = y if ask.target is Target.NUMBERS else _converted(ask, classes, y)
    return [f"{ask.y} = {written}"] if written != ask.y else []


def _converted(ask: Ask, classes: int, y: str) -> str:
    if ask.values != "torch":
        return _as_array(ask, classes, y)
    torch = ask.imports.module("torch")
    written = {
        Target.CLASSES: f"{torch}.tensor({y})",
        Target.FLAT: f"{torch}.tensor({y}, dtype={torch}.float32)",
        Target.COLUMN: f"{torch}.tensor({y}, dtype={torch}.float32)[:, None]",
        Target.ONE_HOT: f"{torch}.eye({classes})[{y}]",
    }
    return written[ask.target]


def _as_array(ask: Ask, classes: int, y: str) -> str:
    if ask.target is Target.ONE_HOT:
        return f'{ask.imports.module("numpy", "np")}.eye({classes}, dtype="float32")[{y}]'
    column = {Target.FLAT: "", Target.COLUMN: "[:, None]"}
    return f'{y}{column[ask.target]}.astype("float32")' if ask.target in column else y
