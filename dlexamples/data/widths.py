"""How many inputs the model takes: asked of the live model, else read in the code."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.live import kind
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name
from dlexamples.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass(frozen=True, slots=True)
class Asked:
    """What a live model takes and gives."""

    columns: int | None = None
    units: int | None = None
    """The last dimension of the output."""
    flat: bool = False
    """One number a row comes out, without a dimension of its own: shape (N,)."""


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


def asked(model: Any) -> Asked:
    """What a live model declares. Raises CannotTell for one that takes no rows of numbers."""
    if kind(model) == "keras":
        return _asked_of_keras(model)
    if kind(model) == "torch":
        return _asked_of_torch(model)
    return Asked()


def _asked_of_keras(model: Any) -> Asked:
    try:
        inputs, outputs = model.inputs, model.outputs
    except (AttributeError, ValueError):
        return Asked()
    if not inputs:
        return Asked()
    if len(inputs) != 1:
        raise CannotTell(f"the model takes {len(inputs)} inputs at a time")
    shape = tuple(inputs[0].shape)
    if len(shape) != 2:
        raise CannotTell(f"the model takes inputs of shape {shape}, which are no rows of numbers")
    return Asked(shape[1], outputs[0].shape[-1] if outputs else None, len(outputs[0].shape) == 1)


def _asked_of_torch(model: Any) -> Asked:
    """By trial: the widths of its linear layers are tried on a copy, without gradients."""
    layers = [(type(layer).__name__, layer) for layer in model.modules()]
    linear = [layer for name, layer in layers if name in {"Linear", "LazyLinear", "Bilinear"}]
    found = [(columns, output) for columns in _candidates(linear) if (output := _trial(model, columns)) is not None]
    if len(found) == 1:
        columns, output = found[0]
        return Asked(columns, int(output.shape[-1]) if output.ndim > 1 else 1, output.ndim == 1)
    other = next((name for name, _ in layers if name.startswith(("Conv", "Embedding", "LSTM", "GRU", "RNN"))), "")
    if other and not found:
        raise CannotTell(f"the model has a layer {other}, which takes no rows of numbers")
    return Asked()


def _candidates(linear: list[Any]) -> list[int]:
    return list(dict.fromkeys(int(layer.in_features) for layer in linear if getattr(layer, "in_features", 0)))


def _trial(model: Any, columns: int) -> Any:
    """The output for two rows of zeros, or None when the model does not take that width.

    A model that takes several things at a time, or gives them, is none of ours: None.
    """
    torch = sys.modules["torch"]
    first = next(iter(model.parameters()), None)
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()):
            trial = copy.deepcopy(model).eval()
            rows = torch.zeros(2, columns, **({} if first is None else {"dtype": first.dtype, "device": first.device}))
            output = trial(rows)
    except Exception:
        return None
    return output if isinstance(output, torch.Tensor) and output.ndim in {1, 2} else None


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
