"""Keras's losses, whoever calls them: `fit`, as it builds the graph of a step, or a loop that the post has written."""

from __future__ import annotations

from functools import partial
from types import FrameType
from typing import Any

from . import Watch, tensors, watches
from .places import is_direct, is_inside, line_of
from .seen import Loss

TAKES = {
    "categorical_crossentropy": "probabilities",
    "sparse_categorical_crossentropy": "probabilities",
    "binary_crossentropy": "probabilities",
    "mean_squared_error": "values",
    "mean_absolute_error": "values",
    "mean_squared_logarithmic_error": "values",
    "mean_absolute_percentage_error": "values",
    "huber": "values",
    "log_cosh": "values",
}
"""Without `from_logits=True`."""
LIBRARIES = ("keras", "tensorflow", "tf_keras")
_OPERATIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Tanh": "tanh",
    "BiasAdd": "linear",
    "AddV2": "linear",
    "MatMul": "linear",
    "Conv2D": "linear",
}
_FORM = {"Identity", "Cast", "Reshape", "Squeeze", "ExpandDims", "StopGradient", "EnsureShape"}
"""Operations of TensorFlow that change a tensor's form and not its numbers."""
LOOKED_AT = 4
"""Calls outside a graph whose tensors are looked at."""


@watches("keras.src.losses.losses")
def losses(module: Any, watch: Watch) -> None:
    for name, takes in TAKES.items():
        watch.calls.watch(getattr(module, name), partial(_start, watch, name, takes))


def _start(watch: Watch, name: str, takes: str, frame: FrameType) -> None:
    line = line_of(frame, watch.filename)
    target, output = frame.f_locals["y_true"], frame.f_locals["y_pred"]
    if not line or not hasattr(output, "shape") or is_inside(frame, "metrics", "test_step"):
        return
    if frame.f_locals.get("from_logits"):
        takes = "logits"
    known = watch.losses.get((line, name, True))
    if known is None:
        known = Loss("keras", name, line, True, takes, is_direct(frame, watch.filename, LIBRARIES))
        known.comparable = not frame.f_locals.get("label_smoothing")
        watch.losses[line, name, True] = known
    known.calls += 1
    known.operation = _operation(output) or known.operation
    if not known.output or None in known.output:
        known.output, known.target = _shape(output), _shape(target)
    if known.calls <= LOOKED_AT and hasattr(output, "numpy"):
        _look(known, output)


def _shape(value: Any) -> tuple[int | None, ...]:
    try:
        return tuple(value.shape)
    except (AttributeError, ValueError):
        return ()  # A tensor of unknown rank.


def _operation(output: Any) -> str:
    """The last operation that made the predictions; empty where no graph knows it."""
    if hasattr(output, "grad_fn"):
        return tensors.operation(output)[0]
    operation = getattr(output, "op", None)
    while operation is not None and getattr(operation, "type", "") in _FORM and operation.inputs:
        operation = operation.inputs[0].op
    kind = getattr(operation, "type", "")
    return "" if kind in {"", "Placeholder"} else _OPERATIONS.get(kind, "other")


def _look(known: Loss, output: Any) -> None:
    """At a tensor that has numbers."""
    try:
        seen = output.numpy()
    except Exception:
        return  # Of a graph, or of a device that is not to be waited for.
    if seen.ndim == 2 and seen.shape[1] > 1 and known.sums_to_one >= 0:
        one = bool((seen >= 0).all() and abs(seen.sum(1) - 1).max() < 1e-3)
        known.sums_to_one = known.sums_to_one + 1 if one else -1
