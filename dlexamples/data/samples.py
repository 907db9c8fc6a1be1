"""What one sample looks like that the code feeds to a model: asked of the live model, else read in the code."""

from __future__ import annotations

import ast
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.estimators import NUMBERS, task
from dlexamples.data.live import kind
from dlexamples.data.scene import last_name
from dlexamples.data.trials import LENGTHS, SIZES, Input, takes, tried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene
    from dlexamples.data.trials import Trial


@dataclass(frozen=True, slots=True)
class Sample:
    """What goes into a model, without the batch, and what the model makes of it."""

    inputs: tuple[Input, ...]
    output: tuple[int, ...] | None
    """The shape of the output, without the batch; None where no model is alive."""
    why: str
    bounded: bool = False
    """Every number of the output lies between 0 and 1."""
    numbers: bool = False
    """The task is to predict numbers, whatever the loss."""
    counts: tuple[tuple[str, int], ...] = ()
    """How many samples the post says that a name holds."""
    given: Any = None
    """What a torch model gives for two samples."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the first input."""
        return self.inputs[0].shape

    @property
    def tokens(self) -> int | None:
        """Of the first input."""
        return self.inputs[0].tokens


_UNBUILT = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "Bidirectional", "Conv1D"), (LENGTHS[0], 8)),
    "Embedding": (LENGTHS[0],),
    "Dense": (4,),
    "Conv2D": (32, 32, 3),
    "Flatten": (28, 28),
}
"""What is chosen for the first layer of a model that is not built."""
_WIDTH = 8
"""What is chosen for rows of whatever width."""


def sample(model: Any, scene: Scene) -> Sample | None:
    """What the live model takes; what the code declares where none is alive; None where nothing says it."""
    if kind(model) == "keras":
        return _of_keras(model)
    if kind(model) == "torch":
        return _of_torch(model)
    found = (*_reshaped(scene), *_written(scene), *_multiplied(scene))
    return found[0] if found else _of_estimators(scene)


def _of_estimators(scene: Scene) -> Sample | None:
    """Rows of the width that real data sets have: iris for classes, diabetes for numbers."""
    predicted = task(scene)
    if not predicted:
        return None
    why = f"scikit-learn's estimators take rows of any width, and predict {predicted}"
    if predicted == NUMBERS:
        return Sample((Input((10,)),), (1,), why, numbers=True)
    return Sample((Input((4,)),), (3,), why)


def taken(model: Any, shapes: list[tuple[int, ...]], scene: Scene) -> tuple[int, ...] | None:
    """The first of `shapes` that the live model takes, or that the code declares where none is alive."""
    if kind(model) == "torch":
        return next((shape for shape in shapes if takes(model, Input(shape))), None)
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
        return _of_unbuilt(model)
    if not inputs:
        return _of_unbuilt(model)
    if len(outputs) != 1:
        return None
    vocabularies = _vocabularies(model)
    taken = tuple(_declared_input(each, vocabularies.get(each.name)) for each in inputs)
    is_free = any(None in each.shape[1:] for each in inputs)
    length = next((each.shape[0] for each in taken if each.shape), 0)
    output = tuple(length if size is None else int(size) for size in outputs[0].shape[1:])
    ends = getattr(getattr(model.layers[-1], "activation", None), "__name__", "")
    return Sample(taken, output, _why(taken, free=is_free), bounded=ends == "sigmoid")


def _of_unbuilt(model: Any) -> Sample | None:
    """What the first layer of a Keras Sequential takes that has no Input: its size is free."""
    layers = getattr(model, "layers", None) or [None]
    kind_of_first = type(layers[0]).__name__
    if type(model).__name__ != "Sequential" or kind_of_first not in _UNBUILT:
        return None
    tokens = int(layers[0].input_dim) if kind_of_first == "Embedding" else None
    taken = Input(_UNBUILT[kind_of_first], tokens)
    shape = (2, *taken.shape)
    try:
        for layer in layers:
            shape = layer.compute_output_shape(shape)
    except Exception:
        return None
    ends = getattr(getattr(layers[-1], "activation", None), "__name__", "")
    return Sample((taken,), tuple(shape[1:]), _why((taken,), free=True), bounded=ends == "sigmoid")


def _declared_input(tensor: Any, tokens: int | None) -> Input:
    sizes = tuple(tensor.shape[1:])
    free = LENGTHS[0] if len(sizes) < 3 else SIZES[2]
    return Input(tuple(free if size is None else int(size) for size in sizes), tokens)


def _vocabularies(model: Any) -> dict[str, int]:
    """The tokens that each input of a Keras model takes: an Embedding's Input claims float32, its default."""
    found: dict[str, int] = {}
    for layer in model.layers:
        if type(layer).__name__ == "Embedding":
            name = _input_behind(layer)
            found[name] = min(int(layer.input_dim), found.get(name, int(layer.input_dim)))
    return found


def _input_behind(layer: Any) -> str:
    """The name of the Input from which a layer is fed, as far as one thing leads to one thing."""
    with contextlib.suppress(AttributeError, ValueError):
        tensor = layer.input
        while not isinstance(tensor, list) and type(tensor._keras_history.operation).__name__ != "InputLayer":
            tensor = tensor._keras_history.operation.input
        return str(tensor.name)
    return ""


def _of_torch(model: Any) -> Sample | None:
    found = tried(model)
    return None if found is None else of_trial(found)


def of_trial(found: Trial) -> Sample:
    """What was found by trial."""
    bounded = bool((found.output >= 0).all() and (found.output <= 1).all())
    return Sample(
        found.inputs,
        tuple(found.output.shape[1:]),
        _why(found.inputs, free=found.free),
        bounded=bounded,
        given=found.given,
    )


def _reshaped(scene: Scene) -> Iterator[Sample]:
    """What a missing name is said to hold: `x_train.reshape(60000, 784)`."""
    found = [
        (node.id, sizes, call)
        for name in scene.free
        for node in scene.reads(name)
        if isinstance(call := scene.parents[scene.parents[node]], ast.Call)
        and last_name(call.func) == "reshape"
        and len(sizes := [size for argument in call.args for size in _size(argument)]) == len(call.args) > 1
    ]
    if not found:
        return
    _, (_, *shape), call = found[0]
    counts = tuple((name, count) for name, (count, *_), _ in found)
    yield Sample((Input(tuple(shape)),), _last_units(scene), f"the code says `{ast.unparse(call)}`", counts=counts)


def _multiplied(scene: Scene) -> Iterator[Sample]:
    """What is multiplied with its own transpose is a matrix, of whatever width: `np.dot(X.T, X)`, `X.T @ X`."""
    for name in scene.free:
        for node in scene.reads(name):
            transposed = scene.parents[node]
            product = scene.parents.get(transposed)
            if not (isinstance(transposed, ast.Attribute) and transposed.attr == "T"):
                continue
            match product:
                case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                    factors = [left, right]
                case ast.Call(func=func, args=[left, right]) if last_name(func) in {"dot", "matmul"}:
                    factors = [left, right]
                case _:
                    continue
            if any(isinstance(factor, ast.Name) and factor.id == name for factor in factors):
                why = f"the code multiplies a matrix with its transpose, `{ast.unparse(product)}`, of whatever width"
                yield Sample((Input((_WIDTH,)),), None, why)


def _last_units(scene: Scene) -> tuple[int, ...] | None:
    """The outputs of the last layer that the text has."""
    calls = [n for tree in scene.trees for n in ast.walk(tree) if isinstance(n, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    units = [size for call in calls if last_name(call.func) in {"Dense", "Linear"} for size in _last_size(call)]
    return (units[-1],) if units else None


def _written(scene: Scene) -> Iterator[Sample]:
    """Shapes as literals, those of the failing block first: `Input(shape=(28, 28, 1))`, `Linear(784, 10)`."""
    failing = scene.stop.statement.block
    blocks = sorted(range(len(scene.trees)), key=lambda index: (index != failing, index))
    calls = [n for index in blocks for n in ast.walk(scene.trees[index]) if isinstance(n, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    units = [size for call in calls if last_name(call.func) in {"Dense", "Linear"} for size in _last_size(call)]
    output = (units[-1],) if units else None
    for call in calls:
        for shape, shown in _declared(call):
            yield Sample((Input(shape),), output, f"{last_name(call.func)}({shown}) takes {_named(shape)}")


def _declared(call: ast.Call) -> Iterator[tuple[tuple[int, ...], str]]:
    """A shape, and the arguments that say it."""
    layer = last_name(call.func)
    for keyword in call.keywords:
        if keyword.arg in {"input_shape", "shape"} and (keyword.arg == "input_shape" or layer == "Input"):
            yield from ((shape, ast.unparse(keyword)) for shape in _sizes(keyword.value))
        if keyword.arg in {"input_dim", "in_features"}:
            yield from (((size,), ast.unparse(keyword)) for size in _size(keyword.value))
    given = ", ".join(map(ast.unparse, call.args))
    if layer == "Input" and call.args:
        yield from ((shape, given) for shape in _sizes(call.args[0]))
    if layer == "Linear" and call.args:
        yield from (((size,), given) for size in _size(call.args[0]))


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


def _why(inputs: tuple[Input, ...], *, free: bool) -> str:
    kinds = list(dict.fromkeys(map(named, inputs)))
    takes = " and ".join(kinds) if len(kinds) == len(inputs) else f"{len(inputs)} inputs: {' and '.join(kinds)}"
    return f"the model takes {takes}" + (", a size that was free to choose" if free else "")


def named(each: Input) -> str:
    """`16 numbers below 1,000`, `images of 28x28x1`."""
    if each.lengths or each.mask:
        return f"{'how many' if each.lengths else 'which'} of them count"
    if each.tokens is not None:
        return f"{each.shape[0] if each.shape else 'one'} number{'s' * bool(each.shape)} below {each.tokens:,}"
    return _named(each.shape)


def _named(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"{shape[0]} input{'s' * (shape[0] != 1)}"
    what = {0: "single numbers", 2: "sequences", 3: "images"}.get(len(shape), "arrays")
    return f"{what} of {'x'.join(map(str, shape))}" if shape else what
