"""The call of a Keras model that stopped, with the arrays it was given."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.shapes import constructors
from dlexamples.repair.shapes.sites import Site, argument, calls_in, value_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

METHODS = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")
SHAPE_KEYWORDS = ("input_shape", "shape", "input_dim")
WITH_TARGETS = ("fit", "evaluate", "train_on_batch", "test_on_batch")


@dataclass(frozen=True, slots=True)
class ModelCall:
    """`model.fit(x, y)`, `model(x)`."""

    model: Any
    receiver: str
    method: str
    """Empty for a plain call."""
    x: Any
    x_site: Site
    y: Any
    """None where there are no targets, or they are no array."""


def model_call(stop: Stop) -> ModelCall | None:
    keras = sys.modules.get("keras")
    if keras is None or not hasattr(keras, "Model") or not stop.frames:
        return None
    frame = stop.frames[-1]
    for call in calls_in(stop, frame):
        assert isinstance(call.node, cst.Call)
        function: cst.BaseExpression = call.node.func
        method = ""
        if isinstance(function, cst.Attribute) and function.attr.value in METHODS:
            method, function = function.attr.value, function.value
        receiver = call.tree.text(function)
        model = value_in(stop, frame, receiver)
        site = argument(call, 0, "x", "inputs")
        if not isinstance(model, keras.Model) or site is None:
            continue
        x = value_in(stop, frame, site.text)
        targets = argument(call, 1, "y") if method in WITH_TARGETS else None
        y = value_in(stop, frame, targets.text) if targets else None
        return ModelCall(model, receiver, method, x, site, y) if hasattr(x, "shape") else None
    return None


def takes(model: Any) -> tuple[int | None, ...]:
    """The shape of the model's one input, with None for the batch; () when it is not known, or there are several. A
    model that its first batch has built takes others, too."""
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or not all(size is None or isinstance(size, int) for size in shape):
        return ()
    return (None, *shape[1:])


def fits(call: ModelCall) -> bool:
    """Whether the input has a shape that the model takes, as far as that is known."""
    wanted = takes(call.model)
    return not wanted or fit(tuple(call.x.shape), wanted)


def fit(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    """Keras itself adds, or takes away, a last axis of one."""
    if wanted[-1] == 1 and len(shape) == len(wanted) - 1:
        shape = (*shape, 1)
    pairs = zip(shape, wanted, strict=False)
    return len(shape) == len(wanted) and all(size is None or size == given for given, size in pairs)


def classes(model: Any) -> int:
    """The outputs of the model for a sample; 0 when that is not known."""
    shape = getattr(model, "output_shape", None)
    is_known = isinstance(shape, tuple) and len(shape) == 2 and isinstance(shape[-1], int)
    return int(shape[-1]) if isinstance(shape, tuple) and is_known else 0


def numbers(value: Any) -> Any:
    """The targets as NumPy's array, or None."""
    numpy = sys.modules["numpy"]
    if value is None or value is live.MISSING:
        return None
    found = numpy.asarray(value)
    return found if found.dtype.kind in "iufb" and found.size else None


def texts(stop: Stop, receiver: str) -> Iterator[Site]:
    """The arguments of the calls of `compile` on that receiver."""
    for block, source in enumerate(stop.sources):
        tree = edit.parse(source)
        for node in edit.calls(tree) if tree else ():
            if tree and tree.text(node.func) == f"{receiver}.compile":
                yield from (Site(block, tree, given.value) for given in node.args)


def shapes_written(stop: Stop, shape: tuple[Any, ...]) -> Iterator[Site]:
    """Where the post says that an input has this shape, the batch not counted."""
    for block, source in enumerate(stop.sources):
        tree = edit.parse(source)
        for node in edit.calls(tree) if tree else ():
            assert tree is not None
            is_input = tree.text(node.func).rpartition(".")[2] in ("Input", "InputLayer")
            for index, given in enumerate(node.args):
                named = given.keyword.value if given.keyword else ""
                if named not in SHAPE_KEYWORDS and not (is_input and index == 0 and not named):
                    continue
                site = Site(block, tree, given.value)
                if _stands_for(site, shape):
                    yield site


def _stands_for(site: Site, shape: tuple[Any, ...]) -> bool:
    if isinstance(site.node, (cst.Tuple, cst.List)):
        parts = [site.tree.text(element.value) for element in site.node.elements]
        return tuple(None if part == "None" else constructors.whole_number(part) for part in parts) == shape
    return len(shape) == 1 and constructors.whole_number(site.text) == shape[0]
