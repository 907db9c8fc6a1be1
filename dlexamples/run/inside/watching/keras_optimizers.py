"""Keras's optimizers on TensorFlow, in `fit` and in loops that the post writes: how far an update moves the weights."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Sequence
from types import FrameType
from typing import Any

from . import Watch, watches
from .places import is_direct, line_of
from .seen import Optimizer, is_looked_at

LIBRARIES = ("keras", "tensorflow")
MOST_VARIABLES, MOST_NUMBERS = 64, 1024
"""What is looked at of a model: the first variables, and some numbers of each."""
MOST_DEAD = 100
"""Updates whose gradients are looked through for one that is not zero."""
NOT_YET = -1.0
SMALL_RATE = 1e-4
"""A learning rate with which a gradient that is no zero may be lost to round-off."""


@watches("keras.src.backend.tensorflow.trainer")
def optimizers(module: Any, watch: Watch) -> None:
    from keras.src.callbacks.callback_list import CallbackList
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    watcher = _Watcher(watch)
    watch.calls.watch(BaseOptimizer.__init__, watcher.made)
    watch.calls.watch(BaseOptimizer.apply, watcher.apply, watcher.applied)
    watch.calls.watch(CallbackList.on_train_batch_begin, watcher.batch)
    watch.calls.watch(CallbackList.on_train_batch_end, watcher.batch_done)
    watch.closing.append(watcher.close)


class _Watcher:
    """What is done when one of the functions starts and returns."""

    def __init__(self, watch: Watch) -> None:
        self.seen = watch
        self.objects: dict[int, weakref.ref[Any]] = {}
        """By id: the optimizers that the post has made."""
        self.before: dict[int, tuple[Sequence[Any], Any]] = {}
        """By the optimizer's id: the weights and their numbers before the update that runs, where it is looked at."""
        self.in_fit: set[int] = set()
        """Ids of the optimizers whose `fit` computes a batch."""
        self.traced: dict[int, tuple[list[weakref.ref[Any]], Any, int]] = {}
        """By id, of a loop in a `tf.function`: the variables, their numbers and the updates when it was built."""

    def made(self, frame: FrameType) -> None:
        line = line_of(frame, self.seen.filename)
        if line and is_direct(frame, self.seen.filename, LIBRARIES):
            made = frame.f_locals["self"]
            known = Optimizer(type(made).__name__, line, "keras", had_gradients=True)
            self.seen.optimizers[id(made)] = known
            self.objects[id(made)] = weakref.ref(made)
            self.traced.pop(id(made), None)

    def batch(self, frame: FrameType) -> None:
        """Of a `fit`."""
        model = getattr(frame.f_locals["self"], "_model", None)
        optimizer = getattr(model, "optimizer", None)
        known = self.seen.optimizers.get(id(optimizer))
        if model is None or known is None:
            return
        self.in_fit.add(id(optimizer))
        known.step_line = known.step_line or line_of(frame, self.seen.filename)
        # To collect the variables of a model takes as long as to update a small one.
        self._begin(known, optimizer, model.trainable_variables if is_looked_at(known.steps + 1) else ())

    def batch_done(self, frame: FrameType) -> None:
        model = getattr(frame.f_locals["self"], "_model", None)
        optimizer = getattr(model, "optimizer", None)
        self.in_fit.discard(id(optimizer))
        fit, logs = self.seen.fitting.get(id(model)), frame.f_locals["logs"]
        if fit and fit.first_loss == NOT_YET and logs and "loss" in logs:
            fit.first_loss = float(logs["loss"])
        self._end(optimizer, getattr(model, "steps_per_execution", 1))

    def apply(self, frame: FrameType) -> None:
        optimizer, gradients = frame.f_locals["self"], frame.f_locals["grads"]
        known = self.seen.optimizers.get(id(optimizer))
        variables = _variables(frame)
        if known is None or not variables:
            return
        known.step_line = known.step_line or line_of(frame, self.seen.filename)
        known.variables = len(variables)
        known.without = [_name(v) for v, g in zip(variables, gradients) if g is None]  # noqa: B905 - of Keras's lengths
        eager = sys.modules["tensorflow"].executing_eagerly()
        if eager:
            self._look(known, gradients)
        if id(optimizer) in self.in_fit:
            return
        if eager:
            self._begin(known, optimizer, variables)
        elif id(optimizer) not in self.traced:
            self._trace(optimizer, variables)

    def applied(self, frame: FrameType, value: Any) -> None:
        optimizer = frame.f_locals["self"]
        if id(optimizer) in self.in_fit or id(optimizer) not in self.seen.optimizers:
            return
        self._end(optimizer, 1)
        self.seen.updated(self.seen.optimizers[id(optimizer)])

    def close(self) -> None:
        """What only the end tells. It comes once a block."""
        for number, found in self.objects.items():
            known, optimizer = self.seen.optimizers.get(number), found()
            if known is None or known.framework != "keras":
                continue
            # One whose making failed has not even `built`.
            if optimizer is None or not getattr(optimizer, "built", False):
                known.nonzero = True  # Nothing is known of it.
                continue
            known.steps = int(optimizer.iterations.numpy())
            known.rate = _rate(optimizer)
            known.net = self._since_the_trace(number, known.steps)
            moved = known.net > 0 or any(known.ratios)
            unknown = known.net < 0 and not known.ratios
            known.nonzero = known.nonzero or moved or unknown or _may_be_nonzero(optimizer, known.rate)

    def _begin(self, known: Optimizer, optimizer: Any, variables: Sequence[Any]) -> None:
        known.steps += 1
        if is_looked_at(known.steps) and (numbers := _numbers(variables)) is not None:
            self.before[id(optimizer)] = variables, numbers

    def _end(self, optimizer: Any, updates: int) -> None:
        variables, before = self.before.pop(id(optimizer), ((), None))
        ratio = None if before is None else _ratio(before, _numbers(variables))
        if ratio is not None:
            self.seen.optimizers[id(optimizer)].ratios.append(ratio / max(1, updates))

    def _trace(self, optimizer: Any, variables: Sequence[Any]) -> None:
        with sys.modules["tensorflow"].init_scope():
            numbers, updates = _numbers(variables), int(optimizer.iterations.numpy())
        if numbers is not None:
            self.traced[id(optimizer)] = [weakref.ref(v) for v in variables], numbers, updates

    def _since_the_trace(self, number: int, updates: int) -> float:
        """How far an update has moved the weights on average, there and back left out; negative where it is unknown."""
        found, before, first = self.traced.get(number, ([], None, 0))
        variables = [v for each in found if (v := each()) is not None]
        if before is None or len(variables) < len(found) or updates <= first:
            return -1.0
        ratio = _ratio(before, _numbers(variables))
        return -1.0 if ratio is None else ratio / (updates - first)

    def _look(self, known: Optimizer, gradients: Sequence[Any]) -> None:
        if known.nonzero or known.steps > MOST_DEAD:
            return
        for gradient in gradients:
            values = getattr(gradient, "values", gradient)
            # One that cannot be read is none that speaks against the training.
            if values is not None and (not hasattr(values, "numpy") or values.numpy().any()):
                known.nonzero = True
                return


def _variables(frame: FrameType) -> list[Any]:
    """Those that an `apply` was given, or that its optimizer was built with."""
    given = frame.f_locals["trainable_variables"]
    return list(getattr(frame.f_locals["self"], "_trainable_variables", ()) if given is None else given)


def _name(variable: Any) -> str:
    return str(getattr(variable, "path", getattr(variable, "name", "")))


def _numbers(variables: Sequence[Any]) -> Any:
    """Some numbers of the first ones, as one array of float64; None where they cannot be read."""
    import numpy

    try:
        # A variable of Keras's holds one of TensorFlow's, and would make one where it holds none yet.
        held = [getattr(variable, "_value", variable) for variable in variables[:MOST_VARIABLES]]
        arrays = [each.numpy().reshape(-1) for each in held]
    except Exception:
        return None  # Not there yet, or spread over several devices.
    if not arrays or not all(array.size for array in arrays):
        return None  # While TensorFlow builds a graph for the first time, what it has made holds nothing.
    # An even step would take the same column of each row.
    parts = [array[:: (array.size // MOST_NUMBERS) | 1].astype("float64") for array in arrays]
    return numpy.concatenate(parts)


def _ratio(before: Any, after: Any) -> float | None:
    """How far the weights moved, as a part of what they were."""
    if after is None or after.shape != before.shape:
        return None
    length, moved = float((before**2).sum()) ** 0.5, float(((after - before) ** 2).sum()) ** 0.5
    return moved / length if length and moved < float("inf") else None


def _rate(optimizer: Any) -> float:
    """The learning rate; negative where it cannot be told."""
    try:
        return float(optimizer.learning_rate.numpy())
    except Exception:
        return -1.0


def _may_be_nonzero(optimizer: Any, rate: float) -> bool:
    """Whether it may have got gradients that moved nothing: what it keeps of them is no zero, or it keeps nothing."""
    own = (optimizer.iterations, getattr(optimizer, "_learning_rate", None))
    kept = [each for each in optimizer.variables if all(each is not other for other in own)]
    return any(each.numpy().any() for each in kept) if kept else rate < SMALL_RATE
