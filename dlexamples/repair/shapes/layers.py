"""The layer that refused what it was given: which size it takes, which it got, and what fed it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.shapes.trace import Running, running
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from dlexamples.model import Stop

LAST, FEATURES = -1, 1
TAKES = {
    "Linear": ("in_features", LAST), "LSTM": ("input_size", LAST), "GRU": ("input_size", LAST),
    "RNN": ("input_size", LAST), "LSTMCell": ("input_size", LAST), "GRUCell": ("input_size", LAST),
    "Conv1d": ("in_channels", FEATURES), "Conv2d": ("in_channels", FEATURES), "Conv3d": ("in_channels", FEATURES),
    "ConvTranspose1d": ("in_channels", FEATURES), "ConvTranspose2d": ("in_channels", FEATURES),
    "BatchNorm1d": ("num_features", FEATURES), "BatchNorm2d": ("num_features", FEATURES),
    "BatchNorm3d": ("num_features", FEATURES), "GroupNorm": ("num_channels", FEATURES),
}  # fmt: skip
"""By a layer's class in torch.nn: the attribute that says what it takes, and the axis of its input that has it."""
RECURRENT = ("LSTM", "GRU", "RNN")
SPATIAL = {"Conv1d": 1, "Conv2d": 2, "Conv3d": 3, "ConvTranspose1d": 1, "ConvTranspose2d": 2}
"""Axes behind the channels."""


@dataclass(frozen=True, slots=True)
class Step:
    """A layer that ran on the way, and what it gave."""

    name: str
    layer: Any
    shape: tuple[int, ...]

    @property
    def kind(self) -> str:
        return type(self.layer).__name__


@dataclass(frozen=True, slots=True)
class Meeting:
    """A layer of torch.nn and the tensor that it was given when the session stopped."""

    layer: Any
    given: Any
    root: Running
    """The outermost module."""
    entry: Running
    """The module that the innermost frame of the post called."""
    name: str
    """The layer's path in the outermost module; empty for itself."""
    before: tuple[Step, ...] = field(default=())
    """The layers with parameters that ran before it, in order; `Step.shape` of any kind of layer."""

    @property
    def kind(self) -> str:
        return type(self.layer).__name__

    @property
    def attribute(self) -> str:
        return TAKES[self.kind][0]

    @property
    def takes(self) -> int:
        return int(getattr(self.layer, self.attribute))

    @property
    def gets(self) -> int | None:
        """The size that the layer found where `takes` should be; None when the axis is not there."""
        axis = TAKES[self.kind][1]
        rank = SPATIAL.get(self.kind)
        if rank is not None and self.given.ndim == rank + 1:
            axis = 0  # Without a batch.
        sizes = self.given.shape
        return int(sizes[axis]) if -len(sizes) <= axis < len(sizes) else None

    @property
    def called(self) -> str:
        """How to call the layer: `fc1`, or its class for one without a name of its own."""
        last = self.name.rpartition(".")[2]
        return f"`{last}`" if last and not last.isdigit() else f"the `{self.kind}` layer"


def meeting(stop: Stop) -> Meeting | None:
    """None when the stop is about no layer of torch.nn with one tensor for its input."""
    chain = running(stop)
    if not chain or type(stop.error).__name__ not in ("RuntimeError", "ValueError", "TypeError", "IndexError"):
        return None
    last = chain[-1]
    given = next(iter((*last.args, *last.kwargs.values())), None)
    if not type(last.module).__module__.startswith("torch.nn.") or given is None:
        return None
    entry = next(each for each in chain if each.caller == last.caller)
    if last.caller != len(stop.frames) - 1:
        return None
    root = chain[0]
    name = next((name for name, module in root.module.named_modules() if module is last.module), "")
    return Meeting(last.module, given, root, entry, name, _steps(root, last.module))


def sized(stop: Stop) -> Meeting | None:
    """The meeting, when the layer takes a certain size, and gets a tensor that has another or no such axis."""
    met = meeting(stop)
    if met is None or met.kind not in TAKES or not is_tensor(met.given):
        return None
    return met


def _steps(root: Running, until: Any) -> tuple[Step, ...]:
    """What ran in a copy of the outermost module, up to the layer."""
    torch = live.torch_module()
    found: list[Step] = []
    try:
        with live.undisturbed(), torch.no_grad():
            model, args, kwargs = copy.deepcopy((root.module, _detached(root.args), root.kwargs))
            twins = dict(zip((id(m) for m in model.modules()), root.module.named_modules(), strict=True))
            for module in model.modules():
                if not list(module.children()):
                    module.register_forward_hook(_noting(found, *twins[id(module)]))
            model(*args, **kwargs)
    except Exception:  # it stops, as it did before
        pass
    names = [step.layer for step in found]
    return tuple(found[: names.index(until)] if until in names else found)


def _noting(found: list[Step], name: str, original: Any) -> Any:
    def note(_module: Any, _given: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) else output
        found.append(Step(name, original, tuple(getattr(first, "shape", ()))))

    return note


def _detached(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """A tensor that a gradient flows through cannot be copied."""
    return tuple(value.detach() if is_tensor(value) else value for value in args)
