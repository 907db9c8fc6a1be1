"""The losses of `torch.nn.functional`, through which those of `torch.nn` go, too."""

from __future__ import annotations

import math
from types import FrameType
from typing import Any

from . import Watch, watches
from .places import is_direct, line_of
from .revealing import MOST_ROWS
from .seen import BATCH, MOST_COLUMNS, Loss, is_looked_into
from .tensors import numbers, operation, readable

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
        self.open: dict[int, Loss] = {}
        """By the frame's id: the calls that run."""

    def watch(self, function: Any) -> None:
        self.seen.calls.watch(function, self.start, self.end)

    def start(self, frame: FrameType) -> None:
        output, target = frame.f_locals["input"], frame.f_locals["target"]
        # Under a mode such as a default device torch calls the function a second time, without it.
        under_a_mode = self.torch._C._len_torch_function_stack()
        if under_a_mode or not (self._is_tensor(output) and self._is_tensor(target)):
            return
        loss = self._loss(frame, output)
        if loss is None:
            return
        self.open[id(frame)] = loss
        loss.calls += 1
        loss.pending = loss.gradients
        if loss.gradients and len(self.seen.called) == 1:
            next(iter(self.seen.called.values())).supervised += 1
        if not loss.output or output.numel() > loss.largest:
            loss.largest = output.numel()
            loss.output, loss.target = tuple(output.shape), tuple(target.shape)
        if is_looked_into(loss) and readable(self.torch, output) and readable(self.torch, target):
            self._look(loss, output, target)

    def end(self, frame: FrameType, value: Any) -> None:
        loss = self.open.pop(id(frame), None)
        if loss is None or not self._is_tensor(value) or value.numel() != 1:
            return
        if loss.curve.next() and readable(self.torch, value):
            number = float(value.item())
            if math.isfinite(number):
                loss.curve.add(number)
            elif not loss.not_finite:
                loss.not_finite = loss.calls

    def _is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.torch.Tensor)

    def _loss(self, frame: FrameType, output: Any) -> Loss | None:
        line, gradients = line_of(frame, self.seen.filename), self.torch.is_grad_enabled() and output.requires_grad
        key = line, self.name, gradients
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
        batch = next(iter(self.seen.called.values())).batch if loss.gradients and len(self.seen.called) == 1 else []
        if batch and wanted.dim() and wanted.numel() == len(wanted):
            loss.revealing.add(batch, wanted.reshape(-1)[:MOST_ROWS].tolist())
        if wanted.dim() == 1 and len(wanted) >= BATCH and not wanted.is_floating_point():
            loss.batches += 1
            loss.of_one_class += bool((wanted == wanted[0]).all())
        if seen.dim() != 2:
            return
        rows, columns = seen.shape
        if columns > 1 and loss.sums_to_one >= 0:
            sums = seen.sum(1)
            one = low >= 0 and bool((sums - 1).abs().max() < 1e-3)
            loss.sums_to_one = loss.sums_to_one + 1 if one else -1
        loss.alike = rows > 3 and bool((seen == seen[0]).all()) and not bool((wanted == wanted[0]).all())
        if columns > MOST_COLUMNS:
            return
        if last == "relu":
            loss.silent = (int((seen.amax(0) == 0).sum()), columns)
        if self.name == "cross_entropy" and 0 < loss.targets.high + 1 < columns:
            loss.beyond = float(seen.softmax(1)[:, int(loss.targets.high) + 1 :].sum(1).mean())


def _dimension(number: int, dimensions: int) -> int:
    """The node keeps a negative one as an unsigned number of 64 bits."""
    number = number - (1 << 64) if number >= 1 << 63 else number
    return number % dimensions


def _is_plain(arguments: dict[str, Any]) -> bool:
    """Whether the loss is the mean over the batch of what the formula gives."""
    weights = any(arguments.get(name) is not None for name in ("weight", "pos_weight", "size_average", "reduce"))
    smoothed = bool(arguments.get("label_smoothing"))
    return not weights and not smoothed and arguments.get("reduction") == "mean"
