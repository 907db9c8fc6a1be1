"""Layers that were made where one was to be called: `nn.ReLU(x)` gives a module whose `inplace` is a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.idioms.spelling import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


def is_tensor(value: Any) -> bool:
    """A tensor of torch, TensorFlow or Keras; one of values that are held apart counts as well."""
    known = (resolved(path) for path in ("torch.Tensor", "tensorflow.Tensor", "keras.KerasTensor"))
    return isinstance(value, tuple(cls for cls in known if isinstance(cls, type)))


def are_tensors(value: Any) -> bool:
    """`[a, b]`, which a merging layer takes."""
    return is_tensor(value) or (isinstance(value, (list, tuple)) and bool(value) and all(map(is_tensor, value)))


def layer_class(value: Any) -> str:
    """`torch` or `keras` for a class of layers, '' for anything else."""
    if not isinstance(value, type):
        return ""
    torch, keras = resolved("torch.nn.Module"), resolved("keras.Layer")
    if isinstance(torch, type) and issubclass(value, torch):
        return "torch"
    return "keras" if isinstance(keras, type) and issubclass(value, keras) else ""


def holding_tensors(stop: Stop) -> Iterator[Any]:
    """The live layers near the stop of which a setting is a tensor, nearest first."""
    seen: set[int] = set()
    for value in _near(stop):
        # `nn.MaxPool2d(nn.ReLU(x), 2)` holds the tensor in what it took for a part of it.
        for layer in value.modules() if live.is_module(value) and _is_made(value) else (value,):
            if id(layer) not in seen and layer_class(type(layer)) and _is_made(layer) and _holds(layer):
                seen.add(id(layer))
                yield layer


def _is_made(layer: Any) -> bool:
    """A module whose base class's `__init__` has not run has nothing in it."""
    return not live.is_module(layer) or "_modules" in vars(layer)


def _near(stop: Stop) -> Iterator[Any]:
    yield getattr(stop.error, "obj", None)
    frames = []
    trace = stop.error.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    for frame in reversed(frames):
        for value in list(frame.f_locals.values()):
            yield value
            if isinstance(value, (list, tuple)) and len(value) < 100:
                yield from value
    yield from list(live.scope(stop).values())


def _holds(layer: Any) -> bool:
    """Parameters and buffers are kept apart from the settings by torch, though a recurrent layer lists its parameters
    once more (`_flat_weights`); Keras keeps its variables in lists."""
    private = ("_parameters", "_buffers", "_modules")
    settings = {name: value for name, value in vars(layer).items() if name not in private}
    return any(are_tensors(value) and not _are_parameters(value) for value in settings.values())


def _are_parameters(value: Any) -> bool:
    parameter = resolved("torch.nn.Parameter")
    values = value if isinstance(value, (list, tuple)) else [value]
    return isinstance(parameter, type) and all(isinstance(one, parameter) for one in values)
