"""torch's optimizers: their updates, and which gradients they find."""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

from . import Watch, watches
from .objectives import follow
from .places import is_direct, line_of
from .seen import Loss, Optimizer, is_looked_at
from .tensors import readable, squared_difference, unseen

LIBRARIES = ("torch",)
FEW = 3
"""Parameters that are asked whether they were zeroed."""
FIRST, EACH = 64, 61
"""Calls of `backward` that are looked at: the first ones, then every so many."""
MOST_REMEMBERED = 1000
"""Losses that are remembered, for as long as the block holds them."""
MOST_PARAMETERS, MOST_NUMBERS = 64, 1024
"""What is looked at of an optimizer: its first parameters, and some numbers of each."""
MOST_DEAD = 100
"""Updates whose gradients are looked through for one that is not zero."""


@watches("torch.optim.optimizer")
def optimizers(module: Any, watch: Watch) -> None:
    import torch

    watcher = _Watcher(torch, watch)
    hooked = _inner(module.Optimizer.profile_hook_step, "wrapper")
    watch.calls.watch(module.Optimizer.__init__, watcher.made)
    watch.calls.watch_code(hooked, watcher.step, watcher.stepped)
    watch.calls.watch(module.Optimizer.zero_grad, watcher.zero)
    watch.calls.watch(torch.nn.Module.zero_grad, watcher.zero_all)
    watch.calls.watch(torch.autograd.backward, watcher.backward)


class _Watcher:
    """What is done when one of the functions starts and returns."""

    def __init__(self, torch: Any, watch: Watch) -> None:
        self.torch = torch
        self.seen = watch
        self.objects: dict[int, weakref.ref[Any]] = {}
        """By id: the optimizers that have not been zeroed yet."""
        self.unproven: set[int] = set()
        """Ids of those whose gradients have all been zero up to now."""
        self.updated: dict[tuple[int, int], bool] = {}
        """By the ids of a model and an optimizer: whether the one's parameters are the other's."""
        self.backward_line = 0
        self.before: dict[int, list[Any]] = {}
        """By the optimizer's id: numbers of its parameters before the update that runs, where it is looked at."""

    def made(self, frame: FrameType) -> None:
        line = line_of(frame, self.seen.filename)
        if line and is_direct(frame, self.seen.filename, LIBRARIES):
            made = frame.f_locals["self"]
            self.seen.optimizers[id(made)] = Optimizer(type(made).__name__, line)
            self.objects[id(made)] = weakref.ref(made)
            self.unproven.add(id(made))
            # Another one may have had its id.
            self.updated = {key: updated for key, updated in self.updated.items() if key[1] != id(made)}

    def zero(self, frame: FrameType) -> None:
        if self.objects:
            self._zeroed(id(frame.f_locals["self"]))

    def zero_all(self, frame: FrameType) -> None:
        for number in list(self.objects):
            self._zeroed(number)

    def _zeroed(self, number: int) -> None:
        if (known := self.seen.optimizers.get(number)) and known.steps:
            known.zeroed = True
            self.objects.pop(number, None)

    def backward(self, frame: FrameType) -> None:
        self.seen.backwards += 1
        if self.objects:
            self._ask_whether_zeroed()
        loss, line = frame.f_locals["tensors"], line_of(frame, self.seen.filename)
        self._remember(loss)
        if line and isinstance(loss, self.torch.Tensor) and loss.numel() == 1:
            follow(self.seen, line, lambda: float(loss.item()) if readable(self.torch, loss) else None)
        if self.seen.backwards > FIRST and self.seen.backwards % EACH:
            return
        self.backward_line = line
        if isinstance(loss, self.torch.Tensor) and is_direct(frame, self.seen.filename, LIBRARIES):
            self._written_out(loss)

    def _remember(self, loss: Any) -> None:
        """Of those that nobody holds the next ones have the ids."""
        if isinstance(loss, self.torch.Tensor) and len(self.seen.backpropagated) < MOST_REMEMBERED:
            self.seen.backpropagated[id(loss)] = weakref.ref(loss)

    def _ask_whether_zeroed(self) -> None:
        for number, found in list(self.objects.items()):
            optimizer = found()
            if optimizer is None:
                del self.objects[number]
            elif self.seen.optimizers[number].steps and self._is_zero(optimizer):
                self._zeroed(number)

    def _written_out(self, loss: Any) -> None:
        """A loss that the post computes itself, where it compares each prediction with each target."""
        found = squared_difference(loss)
        if found is None:
            return
        output, compared = found
        key = (self.backward_line, "squared difference", True)
        known = self.seen.losses.setdefault(
            key, Loss("torch", key[1], key[0], True, "values", direct=True, comparable=False)
        )
        known.calls += 1
        known.pending = True
        if len(compared) >= len(known.target):
            known.output, known.target = output, compared

    def step(self, frame: FrameType) -> None:
        optimizer = frame.f_locals["args"][0]
        known = self.seen.optimizers.get(id(optimizer))
        if known is None:
            return
        if self.unproven:
            self._look(known, optimizer)
        if is_looked_at(known.steps + 1):
            self.before[id(optimizer)] = self._numbers(optimizer)

    def stepped(self, frame: FrameType, value: Any) -> None:
        optimizer = frame.f_locals["args"][0]
        known = self.seen.optimizers.get(id(optimizer))
        if known is not None:
            if not known.nonzero:
                self._look(known, optimizer)  # A closure has computed the gradients within the step.
            known.kept += bool(known.steps and not known.zeroed and self.seen.backwards > known.backwards)
            known.steps += 1
            known.backwards = self.seen.backwards
            known.backward_line = self.backward_line or known.backward_line
            known.step_line = known.step_line or line_of(frame, self.seen.filename)
            rate = optimizer.param_groups[0].get("lr")
            if isinstance(rate, (int, float)):
                known.rate = float(rate)
                if known.rates.next():
                    known.rates.add(known.rate)
            if before := self.before.pop(id(optimizer), None):
                known.ratios += self._ratio(before, self._numbers(optimizer))
        self.seen.updated(known)
        self._update_models(optimizer)

    def _look(self, known: Optimizer, optimizer: Any) -> None:
        if known.nonzero or known.steps > MOST_DEAD:
            return
        with unseen(self.torch):
            for gradient in _gradients(optimizer):
                known.had_gradients = True
                # One that cannot be read is none that speaks against the training.
                if not readable(self.torch, gradient) or bool(gradient.detach().any()):
                    known.nonzero = True
                    self.unproven.discard(id(optimizer))
                    return

    def _numbers(self, optimizer: Any) -> list[Any]:
        """Some numbers of the first parameters, as they are now; none where one cannot be read."""
        with unseen(self.torch):
            parameters = [p for group in optimizer.param_groups for p in group["params"]][:MOST_PARAMETERS]
            if not all(readable(self.torch, parameter) for parameter in parameters):
                return []
            flat = [parameter.detach().reshape(-1) for parameter in parameters]
            # An even step would take the same column of each row.
            return [each[:: (each.numel() // MOST_NUMBERS) | 1].clone() for each in flat]

    def _ratio(self, before: list[Any], after: list[Any]) -> Iterator[float]:
        """How far the parameters moved, as a part of what they were."""
        if [len(each) for each in before] != [len(each) for each in after]:
            return
        with unseen(self.torch):
            length = math.sqrt(sum(float(old.float().square().sum()) for old in before))
            moves = [new.float() - old.float() for old, new in zip(before, after, strict=True)]
            moved = math.sqrt(sum(float(move.square().sum()) for move in moves))
        if length and math.isfinite(moved):
            yield moved / length

    def _is_zero(self, optimizer: Any) -> bool:
        with unseen(self.torch):
            parameters = [p for group in optimizer.param_groups for p in group["params"]][:FEW]
            gradients = [p.grad for p in parameters if p.grad is not None]
            # One that cannot be read may be.
            return not any(readable(self.torch, g) and bool(g.detach().any()) for g in gradients)

    def _update_models(self, optimizer: Any) -> None:
        for number, model in self.seen.called.items():
            key = (number, id(optimizer))
            if key not in self.updated:
                held = {id(p) for group in optimizer.param_groups for p in group["params"]}
                self.updated[key] = bool(held & model.parameters)
            if self.updated[key]:
                model.steps += 1
                model.eval_steps += not model.training
                model.put_into_training = False
        self.seen.called.clear()


def _gradients(optimizer: Any) -> Iterator[Any]:
    for group in optimizer.param_groups:
        yield from (parameter.grad for parameter in group["params"] if parameter.grad is not None)


def _inner(function: Any, name: str) -> CodeType:
    """The code of a function that `function` defines. Raises AttributeError."""
    for constant in function.__code__.co_consts:
        if isinstance(constant, CodeType) and constant.co_name == name:
            return constant
    raise AttributeError(name)
