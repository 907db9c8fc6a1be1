"""An input that has what a layer takes, on other axes: a batch, a channel or a flatten is missing, or axes are swapped.

Each change is told from the shapes alone: the numbers that the layer takes are there, and only their order or an axis
of one is not as the layer wants it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from dlexamples.repair.shapes.layers import RECURRENT, SPATIAL

if TYPE_CHECKING:
    from dlexamples.repair.shapes.layers import Meeting

CHANNELS_FIRST = "put the channels before the other axes, as torch has them"


@dataclass(frozen=True, slots=True)
class Change:
    """A method behind the input."""

    suffix: str
    description: str
    whole: bool = False
    """It belongs to the model's own input, whichever layer refused it."""
    flattens: bool = False


def fits_otherwise(met: Meeting) -> Change | None:
    """The change after which the layer gets what it takes; None when the sizes themselves differ."""
    if met.kind in SPATIAL:
        return _for_channels(met, SPATIAL[met.kind])
    if met.kind.startswith("BatchNorm"):
        return _for_norm(met)
    if met.kind in RECURRENT:
        is_series = met.given.ndim == 2 and met.takes == 1 != met.gets
        return Change(".unsqueeze(-1)", "give each time step an axis for its one feature") if is_series else None
    return _for_rows(met) if met.kind == "Linear" else None


def _for_channels(met: Meeting, axes: int) -> Change | None:
    given, takes = met.given, met.takes
    if met.gets == takes:
        return None
    if given.ndim == axes + 2 and given.shape[-1] == takes:
        order = (0, axes + 1, *range(1, axes + 1))
        return Change(f".permute({', '.join(map(str, order))})", CHANNELS_FIRST)
    if given.ndim == axes + 1 and axes > 1 and given.shape[-1] == takes:
        order = (axes, *range(axes))
        return Change(f".permute({', '.join(map(str, order))})", CHANNELS_FIRST)
    if given.ndim == axes + 1 and takes == 1:
        return Change(".unsqueeze(1)", "give each sample an axis for its one channel")
    if given.ndim == axes and takes == 1 and axes > 1:
        return Change(".unsqueeze(0).unsqueeze(0)", "give the one sample an axis for the batch and one for its channel")
    return None


def _for_norm(met: Meeting) -> Change | None:
    """BatchNorm, unlike a convolution, takes no sample without a batch."""
    axes = {"BatchNorm2d": 2, "BatchNorm3d": 3}.get(met.kind, 0)
    unbatched = axes and met.given.ndim == axes + 1 and met.given.shape[0] == met.takes
    return _batch() if unbatched and _is_one_sample(met) else None


def _for_rows(met: Meeting) -> Change | None:
    given, takes = met.given, met.takes
    if met.gets == takes:
        return None
    if given.ndim == 1 and takes == 1 and len(given) > 1:
        return Change(".unsqueeze(1)", "give each sample an axis for its one feature")
    if given.ndim > 2 and prod(given.shape[1:]) == takes:
        return Change(".flatten(1)", "put the axes of each sample into one before it", flattens=True)
    if given.ndim > 1 and prod(given.shape) == takes and _is_one_sample(met):
        return _batch()
    return None


def _is_one_sample(met: Meeting) -> bool:
    """The model was given an image without a batch."""
    first = met.root.args[0] if met.root.args else None
    return getattr(first, "ndim", 0) in (2, 3)


def _batch() -> Change:
    return Change(".unsqueeze(0)", "give the one sample an axis for the batch", whole=True)
