"""Keras's losses, whoever calls them: `fit`, as it builds the graph of a step, or a loop that the post has written.

Where TensorFlow computes at once, the predictions, the targets and the loss have numbers. In a graph, as `fit` and
`tf.function` build it, there are shapes and operations alone.
"""

from __future__ import annotations

import math
import sys
from types import FrameType
from typing import Any

from . import Watch, tensors, watches
from .places import is_direct, is_inside, line_of
from .seen import BATCH, Loss, is_looked_into

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
MOST_LOOKED_AT = 4096
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


@watches("keras.src.losses.losses")
def losses(module: Any, watch: Watch) -> None:
    for name, takes in TAKES.items():
        _Watcher(watch, name, takes).watch(getattr(module, name))


class _Watcher:
    """What is done when one of the functions starts and returns."""

    def __init__(self, watch: Watch, name: str, takes: str) -> None:
        self.seen = watch
        self.name = name
        self.takes = takes
        self.open: dict[int, Loss] = {}
        """By the frame's id: the calls that run, and compute at once."""

    def watch(self, function: Any) -> None:
        self.seen.calls.watch(function, self.start, self.end)

    def start(self, frame: FrameType) -> None:
        line = line_of(frame, self.seen.filename)
        target, output = frame.f_locals["y_true"], frame.f_locals["y_pred"]
        if not line or not hasattr(output, "shape") or is_inside(frame, "metrics", "test_step"):
            return
        known = self._loss(frame, line, output)
        known.calls += 1
        known.operation = _operation(output) or known.operation
        if not known.output or None in known.output:
            known.output, known.target = _shape(output), _shape(target)
        known.pending = known.gradients
        if not _is_eager(output):
            return
        self.open[id(frame)] = known
        if is_looked_into(known):
            _look(known, output.numpy(), target.numpy() if _is_eager(target) else None)

    def end(self, frame: FrameType, value: Any) -> None:
        known = self.open.pop(id(frame), None)
        if known is None or self.seen.fitting or not _is_eager(value) or not known.curve.next():
            return
        number = float(value.numpy().mean())
        if math.isfinite(number):
            known.curve.add(number)
        elif not known.not_finite:
            known.not_finite = known.calls

    def _loss(self, frame: FrameType, line: int, output: Any) -> Loss:
        key = line, self.name, _has_gradients(output)
        known = self.seen.losses.get(key)
        if known is None:
            arguments = frame.f_locals
            takes = "logits" if arguments.get("from_logits") else self.takes
            known = Loss("keras", self.name, line, key[2], takes, is_direct(frame, self.seen.filename, LIBRARIES))
            known.comparable = not arguments.get("label_smoothing") and not _is_weighted(frame)
            self.seen.losses[key] = known
        return known


def _is_eager(value: Any) -> bool:
    return type(value).__name__ == "EagerTensor"


def _has_gradients(output: Any) -> bool:
    """Whether a tape of TensorFlow's records what made it; True on other backends, where only `fit` is asked."""
    tensorflow = sys.modules.get("tensorflow.python.pywrap_tfe")
    is_tensorflow = type(output).__module__.partition(".")[0] == "tensorflow"
    if tensorflow is None or not is_tensorflow:
        return True
    return bool(tensorflow.TFE_Py_TapeSetPossibleGradientTypes([output]))


def _is_weighted(frame: FrameType) -> bool:
    """Whether the rows have weights of their own: `Loss.__call__` has called `call`, and that the function."""
    caller: FrameType | None = frame
    for _ in range(2):
        caller = caller and caller.f_back
    return caller is not None and caller.f_locals.get("sample_weight") is not None


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


def _look(known: Loss, output: Any, target: Any) -> None:
    """At predictions and targets as arrays."""
    if not output.size:
        return
    known.output_low, known.output_high = (
        min(known.output_low, float(output.min())),
        max(known.output_high, float(output.max())),
    )
    if output.ndim == 2 and output.shape[1] > 1 and known.sums_to_one >= 0:
        one = bool((output >= 0).all() and abs(output.sum(1) - 1).max() < 1e-3)
        known.sums_to_one = known.sums_to_one + 1 if one else -1
    if target is None or not target.size:
        return
    known.targets.add(target.reshape(-1)[:MOST_LOOKED_AT].tolist())
    differ = bool((target != target[:1]).any()) if target.ndim else False
    known.alike = output.ndim == 2 and len(output) > 3 and differ and bool((output == output[0]).all())
    is_index = target.ndim == 1 or (target.ndim == 2 and target.shape[1] == 1)
    if is_index and len(target) >= BATCH:
        known.batches += 1
        known.of_one_class += not differ
