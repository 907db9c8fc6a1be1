"""A layer of torch that takes another size than it gets: its number is mended where no other can be wrong.

Behind a flatten, a concatenation or a bidirectional layer the number is computed from what comes before, so it follows
from the rest of the model. Of two layers that follow each other either may be meant, and the post does not say which.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from dlexamples.repair import rule
from dlexamples.repair.shapes import constructors, propose
from dlexamples.repair.shapes.layers import LAST, TAKES, Meeting, Step, sized
from dlexamples.repair.shapes.ours import is_ours, is_sized_by_hand
from dlexamples.repair.shapes.rank import fits_otherwise
from dlexamples.repair.shapes.sites import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "torch_layer_size"
GIVES = ("out_features", "out_channels", "hidden_size", "num_features", "embedding_dim")
WORDS = {"in_features": "features", "input_size": "features", "num_features": "features"}


@rule
def torch_layer_size(stop: Stop) -> Iterator[Proposal]:
    met = sized(stop)
    if met is None or met.gets in (met.takes, None) or fits_otherwise(met):
        return
    words = WORDS.get(met.attribute, "channels")
    found = f"{met.called} takes {met.takes} {words} and gets {met.gets}"
    try:
        sources, sizes = _edited(stop, met)
    except _Undecided as reason:
        yield propose.refusal(stop, RULE, propose.SHAPES, found, str(reason))
        return
    described = f"give {met.called} the {met.gets} {words} that it gets"
    described += f", {' x '.join(map(str, sizes))} from the layers before it" if len(sizes) > 1 else ""
    yield propose.mend(RULE, propose.SHAPES, found, described, sources, label=f"gets {met.gets} {words}")


class _Undecided(Exception):  # noqa: N818
    """Completes "no fix is offered because"."""


def _edited(stop: Stop, met: Meeting) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The blocks with the layer's number changed, and the sizes of which the new one is the product."""
    assert met.gets is not None
    if TAKES[met.kind][1] == LAST and met.given.ndim > 3:
        _check_last_axis(met)
    last = next((step for step in reversed(met.before) if _gives(step) is not None), None)
    if last is None:
        _check_data(stop, met)
    elif _gives(last) == met.gets and len(last.shape) == met.given.ndim:
        _check_pair(met, last)
    made = constructors.made_at(stop, met.layer, met.root.module, met.name)
    given = constructors.bound(made, type(met.layer)).get(met.attribute) if made else None
    number = constructors.literal(stop, given) if given else None
    if number is None:
        raise _Undecided("it cannot be told where in the post that number stands for this layer alone")
    sizes = _sizes(met)
    return replaced(stop, number, constructors.rewritten(number.text, met.gets, sizes)), sizes


def _check_data(stop: Stop, met: Meeting) -> None:
    assert met.gets is not None
    if is_ours(stop):
        raise _Undecided("its data was supplied here, and the model is the author's")
    if is_sized_by_hand(stop, met.gets):
        raise _Undecided("both numbers are written in the post, and either may be the wrong one")


def _check_pair(met: Meeting, last: Step) -> None:
    """A normalisation between two layers follows them; of two other layers either may be meant."""
    if "BatchNorm" in met.kind:
        return
    name = last.name.rpartition(".")[2]
    called = f"`{name}`" if name and not name.isdigit() else f"the `{last.kind}` layer before it"
    raise _Undecided(f"{called} gives {_gives(last)}, and the post does not say which of the two is meant")


def _check_last_axis(met: Meeting) -> None:
    raise _Undecided(
        f"its input is {propose.shape(met.given)}, of which it takes the last axis: something before it that puts the "
        "other axes into one, a flatten, may be missing"
    )


def _gives(step: Step) -> int | None:
    number = next((getattr(step.layer, name) for name in GIVES if hasattr(step.layer, name)), None)
    if type(number) is int and getattr(step.layer, "bidirectional", False):
        return 2 * number
    return number if type(number) is int else None


def _sizes(met: Meeting) -> tuple[int, ...]:
    """The last shape with the same numbers in a sample as the layer's input has: what a flatten was given."""
    shapes = [step.shape[1:] for step in met.before if len(step.shape) > 2]
    return next((shape for shape in reversed(shapes) if prod(shape) == met.gets), ())
