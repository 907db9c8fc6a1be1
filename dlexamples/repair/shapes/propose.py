"""Proposals about tensors that do not meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal

if TYPE_CHECKING:
    from dlexamples.model import Stop

SHAPES, DTYPES, DEVICES = "DL301", "DL302", "DL303"


def mend(
    rule: str,
    code: str,
    message: str,
    description: str,
    sources: tuple[str, ...],
    *,
    safe: bool = False,
    label: str = "",
) -> Proposal:
    applicability = Applicability.SAFE if safe else Applicability.UNSAFE
    return Proposal(rule, code, message, applicability, description, sources, label=label)


def refusal(stop: Stop, rule: str, code: str, message: str, reason: str) -> Proposal:
    """What was found, and why nothing is edited."""
    return Proposal(
        rule,
        code,
        f"{message}; no fix is offered because {reason}",
        Applicability.DISPLAY,
        "",
        stop.sources,
        final=True,
    )


def shape(value: object) -> str:
    """`32x1x28x28`; `a single number` for none."""
    sizes = tuple(getattr(value, "shape", ()))
    return "x".join(map(str, sizes)) or "a single number"
