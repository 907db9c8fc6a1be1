"""torch's modules, as the post calls them: in which mode, with gradients or without, and what goes in."""

from __future__ import annotations

import weakref
from types import FrameType
from typing import Any

from . import Watch, watches
from .places import is_direct, line_of
from .revealing import MOST_COLUMNS, MOST_ROWS
from .seen import Model
from .tensors import numbers, readable, unseen

LIBRARIES = ("torch",)
MOST_FRAMES = 40
WEIGHTED = ("Linear", "Conv1d", "Conv2d")
"""Layers whose first input is that of the model."""
BATCHES = 8
"""Inputs that are compared with their targets."""
MOST_WEIGHTED = 200
"""Calls of these that are told."""


@watches("torch.nn")
def modules(module: Any, watch: Watch) -> None:
    import torch

    watcher = _Watcher(torch, watch)
    watch.calls.watch(torch.nn.Module._call_impl, watcher.called)
    watch.calls.watch(torch.nn.Module.train, watcher.mode)
    for name in WEIGHTED:
        watch.calls.watch(getattr(torch.nn, name).forward, watcher.weighted)


class _Watcher:
    """What is done when one of the functions starts."""

    def __init__(self, torch: Any, watch: Watch) -> None:
        self.torch = torch
        self.seen = watch
        self.objects: dict[int, weakref.ref[Any]] = {}
        """By id: modules that the post, or a library, calls itself."""
        self.inner: set[int] = set()
        """Ids of modules that were called by others at first."""
        self.last: Model | None = None
        """The one that was called last by the post itself."""
        self.weighted_calls = 0

    def called(self, frame: FrameType) -> None:
        module = frame.f_locals["self"]
        if id(module) in self.inner:
            return
        if id(module) not in self.objects and _is_within(frame):
            self.inner.add(id(module))
            return
        model = self._model(frame, module)
        if model is None:
            return
        self.last = model
        if self.torch.is_grad_enabled():
            model.training = module.training
            self.seen.called[id(module)] = model
            if model.looked_at <= BATCHES:
                self._remember_batch(model, frame)
            if not module.training:
                model.eval_line = model.eval_line if model.eval_steps else line_of(frame, self.seen.filename)
        elif module.training and model.steps and self._is_news(model, frame):
            model.evaluated_line = line_of(frame, self.seen.filename)

    def mode(self, frame: FrameType) -> None:
        """`eval()` calls `train(False)`."""
        known = self.seen.models.get(id(frame.f_locals["self"]))
        if known:
            known.put_into_training = bool(frame.f_locals["mode"])

    def weighted(self, frame: FrameType) -> None:
        self.weighted_calls += 1
        model, tensor = self.last, frame.f_locals["input"]
        if self.weighted_calls == MOST_WEIGHTED:
            self.seen.calls.forget(*(getattr(self.torch.nn, name).forward for name in WEIGHTED))
        if model is None or model.input_shape:
            return
        if not (isinstance(tensor, self.torch.Tensor) and readable(self.torch, tensor)):
            return
        if id(frame.f_locals["self"].weight) in model.parameters:
            model.input_shape = tuple(tensor.shape)
            with unseen(self.torch):
                model.inputs.add(numbers(tensor))

    def _remember_batch(self, model: Model, frame: FrameType) -> None:
        """The numbers of the first inputs, to be compared with the targets."""
        model.batch = []
        model.looked_at += 1
        inputs = frame.f_locals.get("args") or (None,)
        if model.looked_at > BATCHES or not isinstance(inputs[0], self.torch.Tensor):
            return
        if inputs[0].dim() == 2 and inputs[0].is_floating_point() and readable(self.torch, inputs[0]):
            with unseen(self.torch):
                model.batch = inputs[0].detach()[:MOST_ROWS, :MOST_COLUMNS].tolist()

    def _is_news(self, model: Model, frame: FrameType) -> bool:
        """Whether an evaluation in training mode is the first, is the post's own, and is not meant so."""
        known = model.put_into_training or model.evaluated_line
        return not known and is_direct(frame, self.seen.filename, LIBRARIES)

    def _model(self, frame: FrameType, module: Any) -> Model | None:
        """None for a module without parameters, and for one that a library calls."""
        found = self.objects.get(id(module))
        if found and found() is module:
            return self.seen.models.get(id(module))
        self.objects[id(module)] = weakref.ref(module)
        self.seen.models.pop(id(module), None)
        parameters = frozenset(id(parameter) for parameter in module.parameters())
        line = line_of(frame, self.seen.filename)
        if not (parameters and line and is_direct(frame, self.seen.filename, LIBRARIES)):
            return None
        layers = list(module.modules())
        random = tuple(dict.fromkeys(type(layer).__name__ for layer in layers if self._is_random(layer)))
        known = Model(type(module).__name__, line, random, parameters=parameters)
        known.layers = tuple(dict.fromkeys(type(layer).__name__ for layer in layers))
        self.seen.models[id(module)] = known
        return known

    def _is_random(self, layer: Any) -> bool:
        """Whether it does something else in training: a dropout, or a batch norm that is not frozen."""
        if isinstance(layer, self.torch.nn.modules.batchnorm._BatchNorm):
            frozen = layer.weight is not None and not layer.weight.requires_grad
            return bool(layer.track_running_stats) and not frozen
        return isinstance(layer, self.torch.nn.modules.dropout._DropoutNd) and layer.p > 0


def _is_within(frame: FrameType) -> bool:
    """Whether another module is being called, and this one by it."""
    caller = frame.f_back
    for _ in range(MOST_FRAMES):
        if caller is None:
            return False
        if caller.f_code is frame.f_code:
            return True
        caller = caller.f_back
    return False
