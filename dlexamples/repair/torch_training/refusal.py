"""A call that is understood and cannot be mended: the author is told why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.repair.places import made_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dlexamples.repair.torch_training.call import KerasCall


class CannotMend(Exception):  # noqa: N818
    """No edit says what the call says; the message completes "no fix is offered because"."""


class NothingNamed(CannotMend):
    """Neither the post nor its data say what a loss should be."""


def answered(call: KerasCall | None, rule: str, make: Callable[[KerasCall], Proposal]) -> Iterator[Proposal]:
    """The one proposal for the call, or the refusal."""
    if call is None:
        return
    try:
        if call.problem:
            raise CannotMend(call.problem)
        made = make(call)
    except CannotMend as reason:
        made = _refused(call, rule, str(reason))
    yield made


def _refused(call: KerasCall, rule: str, reason: str) -> Proposal:
    return Proposal(
        rule=rule,
        code="DL201",
        message=f"Keras-style `{call.method}` on a torch module; no fix is offered because {reason}",
        applicability=Applicability.DISPLAY,
        description="write the PyTorch code for it",
        sources=call.stop.sources,
        label=call.label,
        related=made_at(call.stop, call.receiver),
        final=True,
    )
