"""The loss of torch that refused its targets, with both tensors, and where the post calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import live
from dlexamples.repair.shapes.sites import Site, argument, calls_in, value_in
from dlexamples.repair.shapes.trace import inner_function
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from dlexamples.model import Stop

OF_CLASSES = ("cross_entropy", "nll_loss")
OF_PROBABILITIES = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
OF_NUMBERS = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
NAMES = (*OF_CLASSES, *OF_PROBABILITIES, *OF_NUMBERS)


@dataclass(frozen=True, slots=True)
class LossCall:
    """One call of a loss, as the post writes it."""

    function: str
    """torch.nn.functional's name for it."""
    outputs: Any
    targets: Any
    output_site: Site
    target_site: Site

    @property
    def written(self) -> str:
        return f"`{self.function}`"


def failed_loss(stop: Stop) -> LossCall | None:
    """None when the stop is in no such loss, or the post does not call it with two arguments."""
    if type(stop.error).__name__ not in ("RuntimeError", "ValueError", "IndexError", "TypeError"):
        return None
    names = inner_function(stop, *NAMES)
    if names is None or not (is_tensor(names.get("input")) and is_tensor(names.get("target"))):
        return None
    function = next(name for name in NAMES if inner_function(stop, name) is not None)
    frame = stop.frames[-1]
    for call in calls_in(stop, frame):
        assert isinstance(call.node, cst.Call)
        called = value_in(stop, frame, call.tree.text(call.node.func))
        outputs, targets = argument(call, 0, "input"), argument(call, 1, "target")
        if outputs and targets and (_is_loss(called) or getattr(called, "__name__", "") == function):
            return LossCall(function, names["input"], names["target"], outputs, targets)
    return None


def _is_loss(called: Any) -> bool:
    return live.is_module(called) and type(called).__module__ == "torch.nn.modules.loss"
