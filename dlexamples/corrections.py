"""Fixes of what runs and does not train: each is tried by running the whole session with it.

The verdict stays that of the text as it is. A fix is offered where the session runs with it, each block as well as
before, and the training is said nothing new of, and no more of what the fix is for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from dlexamples.alignment import edits
from dlexamples.model import Applicability, Fix, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Diagnostic, Edit, Outcome, Proposal, Session
    from dlexamples.run.record import Run
    from dlexamples.run.runner import Runner
    from dlexamples.run.search import Mended
    from dlexamples.verdicts.training import Curable

MOST_TRIED = 4
"""Edits that are run for one finding."""
RAN = {Verdict.PASSED, Verdict.FILLED, Verdict.REPAIRED}


@dataclass(frozen=True, slots=True)
class Correction:
    """An edit that was run and did what it is for."""

    of: Curable
    before: tuple[str, ...]
    proposal: Proposal
    verified_on: str


def corrected(
    session: Session, mended: Mended, run: Run, runner: Runner, outcomes: Sequence[Outcome]
) -> tuple[Outcome, ...]:
    """`outcomes` with the fixes of their trainings. `run`: of `mended.sources`."""
    found = list(_corrections(session, mended, run, runner, outcomes))
    if not found:
        return tuple(outcomes)
    sources = found[-1].proposal.sources
    indices = {block.id: index for index, block in enumerate(session.blocks)}
    return tuple(_told(outcome, indices[outcome.block.id], mended, sources, found) for outcome in outcomes)


def _corrections(
    session: Session, mended: Mended, run: Run, runner: Runner, outcomes: Sequence[Outcome]
) -> Iterator[Correction]:
    """One after the other, each on top of those before."""
    from dlexamples.run.limits import Budget
    from dlexamples.verdicts.training import curable

    budget = Budget.of(runner.conditions.limits)
    asked: set[tuple[str, int, int]] = set()
    while not budget.is_spent:
        told = {outcome.block.id: {(d.code, d.span) for d in outcome.diagnostics} for outcome in outcomes}
        waiting = [
            each
            for each in curable(session, mended, run, runner.conditions)
            if (each.code, each.block, each.span.line) not in asked
            and (each.code, each.span) in told.get(session.blocks[each.block].id, ())
        ]
        if not waiting:
            return
        first = waiting[0]
        asked.add((first.code, first.block, first.span.line))
        for proposal in islice(_proposals(first, mended.sources), MOST_TRIED):
            budget.tries -= 1
            with_it = replace(mended, sources=proposal.sources, run=None)
            again = runner.clean_room(session, with_it)
            better = None if budget.is_late else _better(session, mended, with_it, again, runner, outcomes, first)
            if better is None:
                continue
            at = again.blocks[first.block]
            device = at.device.upper() if at.device == "cpu" else at.device
            yield Correction(first, mended.sources, proposal, f"{device} in {at.seconds:.1f} s")
            mended, run, outcomes = with_it, again, better
            asked.clear()  # What did not help before may help now.
            break


def _proposals(found: Curable, sources: tuple[str, ...]) -> Iterator[Proposal]:
    from dlexamples.repair.corrections import Faulty, corrections

    block, line = found.place
    return corrections(found.edit, Faulty(found.code, sources, block, line, found.about))


def _better(
    session: Session,
    mended: Mended,
    with_it: Mended,
    again: Run,
    runner: Runner,
    outcomes: Sequence[Outcome],
    found: Curable,
) -> Sequence[Outcome] | None:
    """The outcomes of the run `again`, of the text `with_it`; None where it is no better than that of `outcomes`."""
    from dlexamples.verdicts.doubts import prints_by_chance
    from dlexamples.verdicts.judge import judge

    each = zip(session.blocks, mended.sources, with_it.sources, strict=True)
    if not {block.id for block, old, new in each if old != new} <= session.judged:
        return None  # Another session, which gives that block its verdict, has not run with it.
    other = runner.with_another_seed(session, with_it) if prints_by_chance(session, again) else None
    after = list(judge(session, with_it, again, runner.conditions, other))
    if any(new.verdict not in RAN for old, new in zip(outcomes, after, strict=True) if old.verdict in RAN):
        return None
    said, now = _said(outcomes), _said(after)
    of_this = session.blocks[found.block].id, found.code
    return after if not now - said and now[of_this] < said[of_this] else None


def _said(outcomes: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """How often which (block, code), libraries' warnings included."""
    return Counter((outcome.block.id, each.code) for outcome in outcomes for each in outcome.diagnostics)


def _told(outcome: Outcome, index: int, mended: Mended, sources: tuple[str, ...], found: list[Correction]) -> Outcome:
    if mended.sources[index] == sources[index]:
        return outcome
    brought = tuple(edits(outcome.block, index, sources[index], [*mended.mends, *found]))
    diagnostics = tuple(_with_fix(each, brought, found) for each in outcome.diagnostics)
    return replace(outcome, diagnostics=diagnostics, corrected_source=sources[index])


def _with_fix(diagnostic: Diagnostic, brought: Sequence[Edit], found: Sequence[Correction]) -> Diagnostic:
    for each in found:
        if (each.of.code, each.of.span) == (diagnostic.code, diagnostic.span):
            own = tuple(edit for edit in brought if each.proposal.rule in edit.rule.split("+"))
            fix = Fix(Applicability.UNSAFE, each.proposal.description, each.verified_on, own)
            return replace(diagnostic, fix=fix)
    return diagnostic
