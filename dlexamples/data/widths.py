"""How many inputs the model takes: asked of the live model, else read in the code."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.live import kind
from dlexamples.data.scene import last_name
from dlexamples.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.asked import Asked
    from dlexamples.data.scene import Scene

_WIDTH_NAMES = {"input_dim", "in_features", "input_size", "n_features"}
_SHAPE_NAMES = {"input_shape", "shape", "batch_shape"}
_LIVE_NAMES = {
    *("input_size", "input_dim", "n_inputs", "num_inputs", "n_features", "num_features", "input_neurons"),
    *("inputlayer_neurons", "inputLayerNeurons", "inputLayerSize", "INPUT_SIZE", "INPUT_DIM", "input_nodes"),
}


@dataclass(frozen=True, slots=True)
class Width:
    """The number of columns that the code asks for, and where it says so."""

    columns: int
    why: str
    place: Place | None = None
    """In the published text."""


def width(model: Any, asked: Asked, scene: Scene) -> Width | None:
    """The width that the live model declares; the code's own words when no model is alive or none knows."""
    written = list(_written(scene))
    if asked.columns is not None:
        same = next((w for w in written if w.columns == asked.columns), None)
        plural = "" if asked.columns == 1 else "s"
        return same or Width(asked.columns, f"the model takes {asked.columns} input{plural}")
    if kind(model):
        # An unbuilt model takes any width unless its code says otherwise.
        return written[0] if written else None
    live = ((name, scene.live.get(name)) for name in sorted(_LIVE_NAMES))
    named = [Width(value, f"`{name}` is {value}") for name, value in live if type(value) is int]
    return next(iter([*written, *named]), None)


def _written(scene: Scene) -> Iterator[Width]:
    """Widths as literals, those of the failing block first: `Dense(8, input_shape=(4,))`, `Linear(2, 8)`."""
    failing = scene.stop.statement.block
    blocks = [failing, *(index for index in range(len(scene.trees)) if index != failing)]
    for index in blocks:
        calls = [node for node in ast.walk(scene.trees[index]) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            yield from _declared(call, index, scene)


def _declared(call: ast.Call, block: int, scene: Scene) -> Iterator[Width]:
    layer = last_name(call.func)
    for keyword in call.keywords:
        columns = _columns(keyword.value)
        is_input = keyword.arg in {"shape", "batch_shape"} and layer in {"Input", "InputLayer"}
        if columns and (keyword.arg in (_WIDTH_NAMES | _SHAPE_NAMES) - {"shape", "batch_shape"} or is_input):
            yield _written_as(f"{layer}({ast.unparse(keyword)})", columns, call, block, scene)
    if not call.args:
        return
    first = _columns(call.args[0])
    if first and (layer == "Linear" or (layer in {"Input", "InputLayer"} and isinstance(call.args[0], ast.Tuple))):
        shown = ", ".join(ast.unparse(argument) for argument in call.args)
        yield _written_as(f"{layer}({shown})", first, call, block, scene)


def _columns(node: ast.expr) -> int | None:
    """`4`, `(4,)`, `[4]` and `(None, 4)` ask for four columns."""
    match node:
        case ast.Constant(value=int() as columns) if not isinstance(columns, bool):
            return columns
        case ast.Tuple(elts=[*_, last]) | ast.List(elts=[*_, last]) if len(node.elts) == 1 or _is_none(node.elts[0]):
            return _columns(last) if len(node.elts) <= 2 else None
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _written_as(code: str, columns: int, call: ast.Call, block: int, scene: Scene) -> Width:
    why = f"{code} takes {columns} input{'' if columns == 1 else 's'}"
    return Width(columns, why, _in_published(call, block, scene))


def _in_published(call: ast.Call, block: int, scene: Scene) -> Place | None:
    """Where the published text has the same call: mends above it may have moved it."""
    lines = scene.stop.sources[block].splitlines()
    text = lines[call.lineno - 1]
    column = len(text.encode()[: call.col_offset].decode())
    published = scene.stop.published[block].splitlines()
    matches = [number for number, line in enumerate(published, start=1) if line == text]
    end = ast.get_source_segment(scene.stop.sources[block], call) or ""
    if not matches or "\n" in end:
        return None
    return Place(block, matches[0], column, matches[0], column + len(end))
