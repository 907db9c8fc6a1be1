"""Which of several guesses is right: the one that gets furthest, of those the cheapest; a tie is for the author."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dlexamples.run.columns import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Proposal
    from dlexamples.run.record import Run


@dataclass(frozen=True, slots=True)
class Attempt:
    """A proposal with the run that tried it."""

    proposal: Proposal
    run: Run
    helps: bool
    """It got past the stop."""

    @property
    def reach(self) -> tuple[float, int]:
        """How far the run got: the block, and the lines that were left of it. Rivals differ above them."""
        stopped = self.run.stopped
        if stopped is None:
            return (float("inf"), 0)
        left = len(rows(self.run.text.sources[stopped.block])) - stopped.statement.line
        return (stopped.block, -left)


def choice(helping: Sequence[Attempt]) -> Attempt | None:
    """The best of the attempts that help; None where two that mean different things are as good."""
    if not helping:
        return None
    reach = max(attempt.reach for attempt in helping)
    furthest = [attempt for attempt in helping if attempt.reach == reach]
    cost = min(attempt.proposal.cost for attempt in furthest)
    best = [attempt for attempt in furthest if attempt.proposal.cost == cost]
    return best[0] if len({_meaning(attempt.proposal.sources) for attempt in best}) == 1 else None


def undecided(helping: Sequence[Proposal]) -> Proposal | None:
    """What to tell the author where several guesses are as good."""
    if not helping:
        return None
    ways = list(dict.fromkeys(proposal.description for proposal in helping))
    message = f"{helping[0].message}; no fix is offered, as more than one would run: {'; or '.join(ways)}"
    return replace(helping[0], message=message, final=True)


def _meaning(sources: Sequence[str]) -> str:
    """Equal for texts that differ in layout alone."""
    return "\n".join(map(_tree, sources))


def _tree(source: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
