"""An input of another shape than a Keras model takes: a batch or a flatten is missing, or the model's own shape is not
that of the data."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import rule
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.keras_calls import ModelCall, fit, fits, model_call, shapes_written, takes
from dlexamples.repair.shapes.ours import is_ours, is_sized_by_hand
from dlexamples.repair.shapes.sites import Site, replaced, suffixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "keras_input"


@rule
def keras_input(stop: Stop) -> Iterator[Proposal]:
    call = model_call(stop) if isinstance(stop.error, ValueError) else None
    wanted = takes(call.model) if call else ()
    if call is None or not wanted or fits(call):
        return
    found = f"the model takes {_shown(wanted)}, and gets {propose.shape(call.x)}"
    if call.method not in ("fit", "train_on_batch") and fit((1, *call.x.shape), wanted):
        described = "give the one sample an axis for the batch: `[None]`"
        yield _data(stop, call, found, described, "[None]")
    elif len(wanted) == 2 and call.x.ndim > 2 and prod(call.x.shape[1:]) == wanted[1]:
        name = call.x_site.text
        if isinstance(call.x_site.node, cst.Name) and hasattr(call.x, "reshape"):
            described = "put the axes of each sample into one"
            yield _data(stop, call, found, described, f".reshape(len({name}), -1)")
    elif call.x.ndim == len(wanted):
        yield _model(stop, call, found, wanted)


def _shown(wanted: tuple[int | None, ...]) -> str:
    return "x".join("N" if size is None else str(size) for size in wanted)


def _data(stop: Stop, call: ModelCall, found: str, described: str, suffix: str) -> Proposal:
    if is_ours(stop):
        reason = "its data was supplied here, and the model is the author's"
        return propose.refusal(stop, RULE, propose.SHAPES, found, reason)
    return propose.mend(RULE, propose.SHAPES, found, described, suffixed(stop, call.x_site, suffix))


def _model(stop: Stop, call: ModelCall, found: str, wanted: tuple[int | None, ...]) -> Proposal:
    """The one literal shape in the post that is the model's, as the data is."""
    sizes = [
        (old, int(new)) for old, new in zip(wanted[1:], call.x.shape[1:], strict=True) if old is not None and old != new
    ]
    reason = ""
    if is_ours(stop):
        reason = "its data was supplied here, and the model is the author's"
    elif any(is_sized_by_hand(stop, new) for _, new in sizes):
        reason = "both numbers are written in the post, and either may be the wrong one"
    written = list(shapes_written(stop, wanted[1:])) if not reason else []
    if len(written) != 1:
        reason = reason or "it cannot be told where in the post that shape stands for this model alone"
        return propose.refusal(stop, RULE, propose.SHAPES, found, reason)
    site = written[0]
    new = [None if old is None else int(size) for old, size in zip(wanted[1:], call.x.shape[1:], strict=True)]
    described = f"the model takes samples of {propose.shape(call.x[0])}, as the data is"
    return propose.mend(RULE, propose.SHAPES, found, described, replaced(stop, site, _like(site, new)))


def _like(site: Site, sizes: list[int | None]) -> str:
    """The sizes as a tuple, a list or a number, as the author has them; a tuple's parentheses stay where they are."""
    listed = ", ".join(map(str, sizes))
    if isinstance(site.node, cst.List):
        return f"[{listed}]"
    return f"{listed}," if isinstance(site.node, cst.Tuple) and len(sizes) == 1 else listed
