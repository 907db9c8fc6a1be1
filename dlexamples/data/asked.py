"""What a live model takes and gives: its declared shapes, or what it does with rows of zeros."""

from __future__ import annotations

import contextlib
import copy
import io
import sys
from dataclasses import dataclass
from typing import Any

from dlexamples.data.live import kind

# Layers that take no rows of numbers, by how their names begin, and what they take.
_LAYERS = {
    **dict.fromkeys(("Conv1d", "LSTM", "GRU", "RNN"), "sequences"),
    "Conv2d": "images",
    "Conv3d": "volumes",
    "Embedding": "numbers of tokens",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a live model takes and gives."""

    columns: int | None = None
    units: int | None = None
    """The last dimension of the output."""
    flat: bool = False
    """One number a row comes out, without a dimension of its own: shape (N,)."""
    instead: str = ""
    """What it takes where that is no rows of numbers: `images of 8x8x1`."""


def asked(model: Any) -> Asked:
    """What a live model declares."""
    if kind(model) == "keras":
        return _asked_of_keras(model)
    if kind(model) == "torch":
        return _asked_of_torch(model)
    return Asked()


def _asked_of_keras(model: Any) -> Asked:
    try:
        inputs, outputs = model.inputs, model.outputs
    except (AttributeError, ValueError):
        return Asked()
    if not inputs:
        return Asked()
    if len(inputs) != 1:
        return Asked(instead=f"{len(inputs)} inputs at a time")
    shape = tuple(inputs[0].shape)
    if len(shape) != 2:
        return Asked(instead=_shaped(shape[1:]))
    return Asked(shape[1], outputs[0].shape[-1] if outputs else None, len(outputs[0].shape) == 1)


def _shaped(sizes: tuple[int | None, ...]) -> str:
    """`images of 8x8x1` for what one input is, without the batch."""
    shown = "x".join("any" if size is None else str(size) for size in sizes)
    what = {0: "single numbers", 2: "sequences", 3: "images", 4: "volumes"}.get(len(sizes), "arrays")
    return f"{what} of {shown}" if sizes else what


def _asked_of_torch(model: Any) -> Asked:
    """By trial: the widths of its linear layers are tried on a copy, without gradients."""
    layers = [(type(layer).__name__, layer) for layer in model.modules()]
    linear = [layer for name, layer in layers if name in {"Linear", "LazyLinear", "Bilinear"}]
    found = [(columns, output) for columns in _candidates(linear) if (output := _trial(model, columns)) is not None]
    if len(found) == 1:
        columns, output = found[0]
        return Asked(columns, int(output.shape[-1]) if output.ndim > 1 else 1, output.ndim == 1)
    if found:
        return Asked()
    other = ((name, takes) for name, _ in layers for start, takes in _LAYERS.items() if name.startswith(start))
    return next((Asked(instead=f"{takes} (it has a layer {name})") for name, takes in other), Asked())


def _candidates(linear: list[Any]) -> list[int]:
    return list(dict.fromkeys(int(layer.in_features) for layer in linear if getattr(layer, "in_features", 0)))


def _trial(model: Any, columns: int) -> Any:
    """The output for two rows of zeros, or None when the model does not take that width.

    A model that takes several things at a time, or gives them, is none of ours: None.
    """
    torch = sys.modules["torch"]
    first = next(iter(model.parameters()), None)
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()):
            trial = copy.deepcopy(model).eval()
            rows = torch.zeros(2, columns, **({} if first is None else {"dtype": first.dtype, "device": first.device}))
            output = trial(rows)
    except Exception:
        return None
    return output if isinstance(output, torch.Tensor) and output.ndim in {1, 2} else None
