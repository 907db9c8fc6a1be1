"""The losses of `torch.nn.functional`, through which those of `torch.nn` go, too."""

from __future__ import annotations

import math
from types import FrameType
from typing import Any

from . import Watch, watches
from .places import is_direct, line_of
from .seen import MOST_COLUMNS, Loss
from .tensors import numbers, operation, readable, unseen

TAKES = {
    "cross_entropy": "logits",
    "nll_loss": "log-probabilities",
    "binary_cross_entropy": "probabilities",
    "binary_cross_entropy_with_logits": "logits",
    "mse_loss": "values",
    "l1_loss": "values",
    "smooth_l1_loss": "values",
    "huber_loss": "values",
}
LIBRARIES = ("torch",)
LOOKED_AT_FIRST, LOOKED_AT_EACH = 16, 8
"""Calls whose tensors are looked at: the first ones, then every so many."""


@watches("torch.nn.functional")
def losses(functional: Any, watch: Watch) -> None:
    import torch

    for name, takes in TAKES.items():
        _Watcher(torch, watch, name, takes).watch(getattr(functional, name))


class _Watcher:
    """What is done when one of the functions starts and returns."""

    def __init__(self, torch: Any, watch: Watch, name: str, takes: str) -> None:
        self.torch = torch
        self.seen = watch
        self.name = name
        self.takes = takes

    def watch(self, function: Any) -> None:
        self.seen.calls.watch(function, self.start, self.end)

    def start(self, frame: FrameType) -> None:
        output, target = frame.f_locals["input"], frame.f_locals["target"]
        if _is_again(frame) or not (self._is_tensor(output) and self._is_tensor(target)):
            return
        loss = self._loss(frame, output)
        if loss is None:
            return
        loss.calls += 1
        loss.pending = loss.gradients
        if loss.gradients and len(self.seen.called) == 1:
            next(iter(self.seen.called.values())).supervised += 1
        shapes = tuple(output.shape), tuple(target.shape)
        if math.prod(shapes[0]) > math.prod(size or 0 for size in loss.output):
            loss.output, loss.target = shapes
        seldom = loss.calls > LOOKED_AT_FIRST and loss.calls % (LOOKED_AT_EACH * loss.curve.stride)
        if seldom or not (readable(self.torch, output) and readable(self.torch, target)):
            return
        with unseen(self.torch):
            self._look(loss, output, target)

    def end(self, frame: FrameType, value: Any) -> None:
        if _is_again(frame) or not self._is_tensor(value) or value.numel() != 1:
            return
        loss = self.seen.losses.get(self._key(frame, frame.f_locals["input"]))
        if loss and loss.curve.next() and readable(self.torch, value):
            with unseen(self.torch):
                number = float(value.detach())
            if math.isfinite(number):
                loss.curve.add(number)
            elif not loss.not_finite:
                loss.not_finite = loss.calls

    def _is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.torch.Tensor)

    def _key(self, frame: FrameType, output: Any) -> tuple[int, str, bool]:
        gradients = self.torch.is_grad_enabled() and output.requires_grad
        return line_of(frame, self.seen.filename), self.name, gradients

    def _loss(self, frame: FrameType, output: Any) -> Loss | None:
        key = line, _, gradients = self._key(frame, output)
        known = self.seen.losses.get(key)
        if known or not line:
            return known
        direct = is_direct(frame, self.seen.filename, LIBRARIES)
        comparable = _is_plain(frame.f_locals)
        loss = Loss("torch", self.name, line, gradients, self.takes, direct, comparable)
        self.seen.losses[key] = loss
        return loss

    def _look(self, loss: Loss, output: Any, target: Any) -> None:
        loss.target_type = str(target.dtype).partition(".")[2]
        last, node = operation(output)
        loss.operation = last or loss.operation
        if last == "softmax":
            dimension = _dimension(node._saved_dim, output.dim())
            # Over the batch it is another mistake than before the loss.
            loss.operation = "softmax" if dimension or output.dim() == 1 else "softmax over the batch"
        seen, wanted = output.detach().float(), target.detach()
        low, high = (float(each) for each in seen.aminmax())
        loss.output_low, loss.output_high = min(loss.output_low, low), max(loss.output_high, high)
        loss.targets.add(numbers(wanted))
        if seen.dim() != 2:
            return
        rows, columns = seen.shape
        if columns > 1 and loss.sums_to_one >= 0:
            sums = seen.sum(1)
            one = low >= 0 and bool((sums - 1).abs().max() < 1e-3)
            loss.sums_to_one = loss.sums_to_one + 1 if one else -1
        loss.alike = rows > 3 and bool((seen == seen[0]).all()) and not bool((wanted == wanted[0]).all())
        if columns <= MOST_COLUMNS and last == "relu":
            loss.silent = (int((seen.amax(0) == 0).sum()), columns)


def _dimension(number: int, dimensions: int) -> int:
    """The node keeps a negative one as an unsigned number of 64 bits."""
    number = number - (1 << 64) if number >= 1 << 63 else number
    return number % dimensions


def _is_plain(arguments: dict[str, Any]) -> bool:
    """Whether the loss is the mean over the batch of what the formula gives."""
    weights = any(arguments.get(name) is not None for name in ("weight", "pos_weight", "size_average", "reduce"))
    smoothed = bool(arguments.get("label_smoothing"))
    return not weights and not smoothed and arguments.get("reduction") == "mean"


def _is_again(frame: FrameType) -> bool:
    """torch calls a function a second time, from itself, where a mode such as a default device is set."""
    caller = frame.f_back
    for _ in range(8):
        if caller is None:
            return False
        if caller.f_code is frame.f_code:
            return True
        caller = caller.f_back
    return False
