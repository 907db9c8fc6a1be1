"""What one sample looks like that the code feeds to a model: asked of the live model, else read in the code."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import sys
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from dlexamples.data.live import kind
from dlexamples.data.scene import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

SIZES = (28, 32, 64, 96, 128, 224, 8, 16)
"""Heights and widths of images that are tried, as MNIST, CIFAR and ImageNet have them first."""
LENGTHS = (16, 8, 32, 64, 128, 4)
"""Time steps and tokens that are tried."""
RECURRENT = {"LSTM", "GRU", "RNN"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One input, without the batch, and what the model makes of it."""

    shape: tuple[int, ...]
    tokens: int | None
    """They are whole numbers below this."""
    output: tuple[int, ...] | None
    """The shape of the output, without the batch; None where no model is alive."""
    why: str


def sample(model: Any, scene: Scene) -> Sample | None:
    """What the live model takes; what the code declares where none is alive; None where nothing says it."""
    if kind(model) == "keras":
        return _of_keras(model)
    if kind(model) == "torch":
        return _of_torch(model)
    return next(_written(scene), None)


def taken(model: Any, shapes: list[tuple[int, ...]], scene: Scene) -> tuple[int, ...] | None:
    """The first of `shapes` that the live model takes, or that the code declares where none is alive."""
    if kind(model) == "torch":
        return next((shape for shape in shapes if _trial(model, shape, None) is not None), None)
    if kind(model) == "keras":
        found = _of_keras(model)
        sizes = tuple(model.inputs[0].shape[1:]) if found else ()
        return next((shape for shape in shapes if _fits(shape, sizes)), None) if found else shapes[0]
    declared = [found.shape for found in _written(scene)]
    return next((shape for shape in shapes if shape in declared), None)


def _fits(shape: tuple[int, ...], sizes: tuple[int | None, ...]) -> bool:
    return len(shape) == len(sizes) and all(size in (None, own) for own, size in zip(shape, sizes, strict=True))


def _of_keras(model: Any) -> Sample | None:
    try:
        inputs, outputs = model.inputs, model.outputs
    except (AttributeError, ValueError):
        return None
    if not inputs or len(inputs) != 1 or len(outputs) != 1:
        return None
    sizes = tuple(inputs[0].shape[1:])
    free = LENGTHS[0] if len(sizes) < 3 else SIZES[2]
    shape = tuple(free if size is None else int(size) for size in sizes)
    output = tuple(shape[0] if size is None else int(size) for size in outputs[0].shape[1:])
    vocabularies = [int(layer.input_dim) for layer in model.layers if type(layer).__name__ == "Embedding"]
    tokens = min(vocabularies) if vocabularies and len(shape) == 1 else None
    return Sample(shape, tokens, output, _why(shape, tokens, None in sizes))


def _of_torch(model: Any) -> Sample | None:
    """By trial on a copy, without gradients: what the first layer of a kind takes, images before sequences before rows.

    Layers are not registered in the order in which they run.
    """
    tried = ((each, _trial(model, *each)) for each in _candidates(list(model.modules())))
    found = ((each, output) for each, output in tried if output is not None)
    (shape, tokens), output = next(found, (((), None), None))
    if output is None:
        return None
    # Another size of the same kind would do as well.
    free = any(len(other) == len(shape) for (other, _), _ in islice(found, 1)) and len(shape) + (tokens is not None) > 1
    return Sample(shape, tokens, tuple(output.shape[1:]), _why(shape, tokens, free))


def _candidates(layers: list[Any]) -> Iterator[tuple[tuple[int, ...], int | None]]:
    """Shapes, and below which number they are tokens."""
    first: dict[str, Any] = {}
    for layer in layers:
        first.setdefault(type(layer).__name__, layer)
    if conv := first.get("Conv2d") or first.get("LazyConv2d"):
        channels = int(getattr(conv, "in_channels", 0)) or 3
        yield from (((channels, size, size), None) for size in SIZES)
    if conv := first.get("Conv1d"):
        yield from (((int(conv.in_channels), length), None) for length in LENGTHS)
    vocabularies = [int(layer.num_embeddings) for layer in layers if type(layer).__name__ == "Embedding"]
    if vocabularies:
        yield from (((length,), min(vocabularies)) for length in LENGTHS)
    for name in RECURRENT & first.keys():
        yield from (((length, int(first[name].input_size)), None) for length in LENGTHS)
    if attention := first.get("MultiheadAttention"):
        yield from (((length, int(attention.embed_dim)), None) for length in LENGTHS)
    widths = [int(layer.in_features) for layer in layers if type(layer).__name__ in {"Linear", "Bilinear"}]
    yield from (((width,), None) for width in dict.fromkeys(widths))


def _trial(model: Any, shape: tuple[int, ...], tokens: int | None) -> Any:
    """The output for two samples of zeros, or None when the model does not take them, or gives several things."""
    torch = sys.modules["torch"]
    first = next(iter(model.parameters()), None)
    options: dict[str, Any] = {} if first is None else {"device": first.device}
    if tokens is not None:
        options["dtype"] = torch.int64
    elif first is not None:
        options["dtype"] = first.dtype
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()):
            output = copy.deepcopy(model).eval()(torch.zeros(2, *shape, **options))
    except Exception:
        return None
    return output if isinstance(output, torch.Tensor) and output.ndim and output.shape[0] == 2 else None


def _written(scene: Scene) -> Iterator[Sample]:
    """Shapes as literals, those of the failing block first: `Input(shape=(28, 28, 1))`, `Linear(784, 10)`."""
    failing = scene.stop.statement.block
    blocks = sorted(range(len(scene.trees)), key=lambda index: (index != failing, index))
    calls = [n for index in blocks for n in ast.walk(scene.trees[index]) if isinstance(n, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    units = [size for call in calls if last_name(call.func) in {"Dense", "Linear"} for size in _last_size(call)]
    output = (units[-1],) if units else None
    for call in calls:
        for shape in _declared(call):
            yield Sample(shape, None, output, f"{ast.unparse(call)[:60]} takes {_named(shape)}")


def _declared(call: ast.Call) -> Iterator[tuple[int, ...]]:
    layer = last_name(call.func)
    for keyword in call.keywords:
        if keyword.arg in {"input_shape", "shape"} and (keyword.arg == "input_shape" or layer == "Input"):
            yield from _sizes(keyword.value)
        if keyword.arg in {"input_dim", "in_features"}:
            yield from ((size,) for size in _size(keyword.value))
    if layer == "Input" and call.args:
        yield from _sizes(call.args[0])
    if layer == "Linear" and call.args:
        yield from ((size,) for size in _size(call.args[0]))


def _sizes(node: ast.expr) -> Iterator[tuple[int, ...]]:
    if isinstance(node, ast.Tuple | ast.List):
        sizes = [size for element in node.elts for size in _size(element)]
        if sizes and len(sizes) == len(node.elts):
            yield tuple(sizes)


def _size(node: ast.expr) -> Iterator[int]:
    """A whole number, or a product of some: `28 * 28`."""
    match node:
        case ast.Constant(value=int() as size) if not isinstance(size, bool) and size > 0:
            yield size
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield from (one * other for one in _size(left) for other in _size(right))


def _last_size(call: ast.Call) -> Iterator[int]:
    """The outputs of `Dense(10)` and `Linear(64, 10)`."""
    position = 1 if last_name(call.func) == "Linear" else 0
    yield from (size for argument in call.args[position : position + 1] for size in _size(argument))


def _why(shape: tuple[int, ...], tokens: int | None, free: bool) -> str:
    takes = f"{shape[0]} numbers below {tokens:,}" if tokens is not None else _named(shape)
    return f"the model takes {takes}" + (", a size that was free to choose" if free else "")


def _named(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"{shape[0]} input{'s' * (shape[0] != 1)}"
    what = {2: "sequences", 3: "images"}.get(len(shape), "arrays")
    return f"{what} of {'x'.join(map(str, shape))}"
