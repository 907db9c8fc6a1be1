"""Sizes that a model has of its data, `input_dim` and `num_classes`: those of the data set that is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dlexamples.data.choice import meant
from dlexamples.data.names import Kind, said
from dlexamples.data.refusal import CannotTell
from dlexamples.data.targets import is_known, is_of_classes, loss_of

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

_COLUMNS = re.compile(r"input_?(dim|size|features)|in_(dim|features)|(num|n)_?(features|inputs|columns)|feature_dim")
_CLASSES = re.compile(r"(num|n|nb)_?(classes|labels|categories)|(output|out)_?(dim|size|features)")
_FALLBACK = {"columns": 4, "classes": 3}
"""Of a task that real rows can stand in for: the iris flowers."""


def size_of_data(name: str, scene: Scene) -> tuple[str, str] | None:
    """The value and why; None for a name that says no size of data."""
    what = "columns" if _COLUMNS.fullmatch(name.lower()) else "classes" if _CLASSES.fullmatch(name.lower()) else ""
    if not what:
        return None
    if own := _of_live(what, scene):
        return own
    try:
        dataset = meant(scene)
    except CannotTell:
        dataset = None
    if dataset is not None and dataset.rows is not None:
        table = dataset.rows(None)
        number = table.columns if what == "columns" else table.classes
        if number:
            return str(number), f"{dataset.title} has {number} {what}"
    loss = loss_of(None, scene)
    if what == "classes" and is_known(loss) and not is_of_classes(loss):
        return "1", "the loss compares one number"
    return str(_FALLBACK[what]), f"a usual number of {what}"


def _of_live(what: str, scene: Scene) -> tuple[str, str] | None:
    """Of data that the post has itself: the width of `X`, the number of classes in `y`."""
    wanted = Kind.FEATURES if what == "columns" else Kind.TARGETS
    for name, value in scene.live.items():
        spoken = said(name)
        if spoken is None or spoken.kind is not wanted or not hasattr(value, "shape"):
            continue
        if what == "columns" and len(value.shape) == 2:
            return f"{name}.shape[1]", f"the width of `{name}`"
        if what == "classes" and len(value.shape) == 1 and _is_whole(value):
            return f"int({name}.max()) + 1", f"the classes in `{name}`"
    return None


def _is_whole(values: Any) -> bool:
    return "int" in str(values.dtype)
