"""TensorFlow's gradient tapes: what a loop that the post writes itself asks gradients of, where it computes at once."""

from __future__ import annotations

from types import FrameType
from typing import Any

from . import Watch, watches
from .objectives import follow
from .places import line_of


@watches("tensorflow.python.eager.backprop")
def tapes(module: Any, watch: Watch) -> None:
    def asked(frame: FrameType) -> None:
        target, sources = frame.f_locals["target"], frame.f_locals["sources"]
        line = line_of(frame, watch.filename)
        # Of its inputs a model may be asked for gradients, too; `fit` has a history.
        if line and not watch.fitting and _is_number(target) and _holds_a_variable(sources):
            follow(watch, line, lambda: float(target.numpy().reshape(())))

    watch.calls.watch(module.GradientTape.gradient, asked)


def _is_number(target: Any) -> bool:
    """Whether it is one, and there already: in a graph there is none."""
    return type(target).__name__ == "EagerTensor" and target.dtype.is_floating and target.shape.num_elements() == 1


def _holds_a_variable(sources: Any) -> bool:
    if isinstance(sources, dict):
        sources = list(sources.values())
    if isinstance(sources, (list, tuple)):
        return any(map(_holds_a_variable, sources))
    return hasattr(sources, "assign")
