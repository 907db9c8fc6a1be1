"""A hyper-parameter, or the device, that a post leaves out: the value that most posts have."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from dlexamples.data.import_group import grouped
from dlexamples.data.imports import Imports
from dlexamples.data.insert import inserted
from dlexamples.model import Applicability, Claim, Fill, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

VALUES = {
    r"((train|test|val|eval)_)?(batch_size|bs)": "32",
    r"lr|learning_rate|initial_learning_rate": "1e-3",
    r"(num_|n_|max_|total_)?epochs": "2",
    r"hidden_(size|dim|units)|n_hidden|num_hidden": "128",
    r"(random_)?seed|random_state": "0",
    r"dropout(_rate|_prob)?": "0.1",
    r"weight_decay": "1e-4",
    r"momentum": "0.9",
    r"num_workers": "0",
}
"""By a whole name, without case. Few epochs, as a reader would first see it run."""


def usual(name: str, scene: Scene) -> Iterator[Proposal]:
    """The assignment for a hyper-parameter that is used as a plain value; the device that is here for `device`."""
    if not all(_is_value(scene.parents[node], node) for node in scene.reads(name)):
        return
    imports = Imports(scene)
    value = _device(imports) if name.lower() == "device" and scene.framework == "torch" else _value(name)
    if not value:
        return
    line = f"{name} = {value}"
    source = "\n".join([*grouped(imports.lines), line, ""])
    why = "the device that is here" if name.lower() == "device" else "a usual value"
    yield Proposal(
        rule="usual",
        code="DL102",
        message=f"`{name}` is not defined in the post",
        applicability=Applicability.UNSAFE,
        description=f"set `{name}` to {why}, {value}" if _value(name) else f"set `{name}` to {why}",
        sources=inserted(scene, [line], imports.lines),
        fills=(Fill(name, "hyper-parameter", Claim.SYNTHETIC, None, "", why, source),),
        label="never defined",
    )


def _value(name: str) -> str:
    return next((value for pattern, value in VALUES.items() if re.fullmatch(pattern, name.lower())), "")


def _device(imports: Imports) -> str:
    torch = imports.module("torch")
    return f'{torch}.device("cuda" if {torch}.cuda.is_available() else "cpu")'


def _is_value(parent: ast.AST, node: ast.Name) -> bool:
    """What is called, indexed, looped over or asked for an attribute is something else than a number."""
    match parent:
        case ast.Call(func=function):
            return function is not node
        case ast.Subscript(value=value):
            return value is not node
        case ast.Attribute() | ast.For() | ast.comprehension():
            return False
    return True
