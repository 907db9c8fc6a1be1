"""Whether supplied rows belong to what the post itself defines beside them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import numpy as np

from dlexamples.data.forms import Form
from dlexamples.data.imports import Imports
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name
from dlexamples.data.table import Ask
from dlexamples.data.targets import Target
from dlexamples.data.training_calls import FIT, is_loss, takes_pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene
    from dlexamples.data.table import Table


def check_partners(table: Table, need: Need, scene: Scene) -> None:
    """Raises CannotTell when the post has the other half of a pair itself, and other rows in it."""
    parts = {wanted.part for wanted in need.wanted}
    for wanted in need.wanted:
        for name in _others(wanted.name, scene):
            if parts & {"train", "test", "val"} and table.may_be_split:
                raise CannotTell(f"the post defines `{name}` itself, and rows that are split here would not match it")
            rows, classes = _arrays(table, scene)
            expected = classes if wanted.form is Form.FEATURES else rows
            if not _equal(scene.live[name], expected):
                raise CannotTell(f"the post defines `{name}` itself, and its values are not those of this data set")


def _others(name: str, scene: Scene) -> Iterator[str]:
    """Live names that stand beside `name` in a pair: the `y` of `fit(X, y)`."""
    for node in scene.reads(name):
        call = scene.parents[node]
        if not isinstance(call, ast.Call) or node not in call.args[:2] or is_loss(call, scene):
            continue
        callee = last_name(call.func)
        is_method = isinstance(call.func, ast.Attribute) and callee in FIT and takes_pair(call, scene)
        if is_method or callee in {"zip", "TensorDataset", "train_test_split"}:
            for other in call.args[:2]:
                if isinstance(other, ast.Name) and other.id != name and other.id in scene.live:
                    yield other.id


def _arrays(table: Table, scene: Scene) -> tuple[Any, Any]:
    imports = Imports(scene)
    lines = table.arrays(Ask("rows", "classes", True, True, Target.CLASSES, "numpy", imports))
    made: dict[str, Any] = dict(scene.stop.namespace)
    exec("\n".join([*imports.lines, *lines]), made)
    return made["rows"], made["classes"]


def _equal(value: Any, expected: Any) -> bool:
    try:
        given = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False
    return given.size == expected.size and bool(np.allclose(given.reshape(-1), expected.reshape(-1)))
