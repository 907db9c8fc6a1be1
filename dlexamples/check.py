"""The main flow: read, find the sessions, run as published, mend where it stops, run the mended text, judge."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from dlexamples.cache import Judged
from dlexamples.model import Verdict
from dlexamples.sessions import for_others, sessions
from dlexamples.verdicts.flaws import told
from dlexamples.verdicts.left_out import for_another_framework, left_out, not_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dlexamples.cache import Cache
    from dlexamples.model import Document, Outcome, Session
    from dlexamples.run.conditions import Conditions
    from dlexamples.run.record import Run
    from dlexamples.run.runner import Runner
    from dlexamples.run.search import Mended

WORST = [Verdict.FAILED, Verdict.BLOCKED, Verdict.REPAIRED, Verdict.FILLED, Verdict.PASSED, Verdict.SKIPPED]


def check(document: Document, runner: Runner, mode: str = "auto") -> Iterator[Outcome]:
    """One outcome a fence, those of a session together as soon as it has run, whatever comes first. `mode` as in
    `sessions`.

    Raises `dlexamples.run.runner.DeviceNotHereError`.
    """
    return outcomes_of(document, runner.cache, runner.conditions, lambda: runner, mode)


def outcomes_of(
    document: Document, cache: Cache, conditions: Conditions, runner: Callable[[], Runner], mode: str
) -> Iterator[Outcome]:
    """As `check`. The `runner` is asked for where something is to be run."""
    found = sessions(document, mode)
    kept = [(session, cache.get(session, document, conditions)) for session in found]
    to_run = [session for session, outcomes in kept if outcomes is None]
    yield from without_session(document)
    outcomes = chain.from_iterable(outcomes for _, outcomes in kept if outcomes)
    if to_run:
        outcomes = chain(outcomes, _run(to_run, runner()))
    yield from _one_each(outcomes, Counter(block_id for session in found for block_id in session.judged))


def _run(sessions: Sequence[Session], runner: Runner) -> Iterator[Outcome]:
    runner.warm(sessions)
    for outcomes in runner.each(sessions, lambda session: check_session(session, runner)):
        yield from outcomes


def _one_each(outcomes: Iterator[Outcome], several: Counter[str]) -> Iterator[Outcome]:
    """The worst outcome of each block, once all have come. `several`: in how many sessions it is judged."""
    held: dict[str, Outcome] = {}
    for outcome in outcomes:
        block_id = outcome.block.id
        held[block_id] = worse(held.get(block_id, outcome), outcome)
        several[block_id] -= 1
        if not several[block_id]:
            yield held.pop(block_id)


def worse(first: Outcome, second: Outcome) -> Outcome:
    """Of the verdicts that readers of several frameworks get on a block that is for all, the one to be told."""
    return min(first, second, key=lambda outcome: WORST.index(outcome.verdict))


def without_session(document: Document) -> Iterator[Outcome]:
    """The outcomes of the blocks that no session holds: no Python, alternatives for what is not installed."""
    yield from (told(not_python(block)) for block in document.blocks if not block.is_python)
    yield from (told(for_another_framework(block)) for block in for_others(document))


def check_session(session: Session, runner: Runner) -> tuple[Outcome, ...]:
    """The outcomes of the blocks that the session judges: those that are kept, or else of running it."""
    return runner.cache.outcomes(session, runner.document, runner.conditions, partial(run_session, session, runner))


def run_session(session: Session, runner: Runner) -> Judged:
    # What is kept is told without the modules that run and judge.
    from dlexamples.corrections import corrected
    from dlexamples.run.record import Imported
    from dlexamples.run.search import mend, unmended
    from dlexamples.verdicts.doubts import prints_by_chance
    from dlexamples.verdicts.judge import judge
    from dlexamples.verdicts.training import falls_short

    not_run = [left_out(block, session.name, None) for block in session.blocks if block.id in session.judged]
    if all(not_run):
        return Judged(tuple(told(outcome) for outcome in not_run if outcome), Imported((), ()), stopped=False)
    run = runner.as_published(session)
    mended = unmended(run)
    stopped = run.stopped is not None
    if stopped:
        mended = mend(session, run, runner)
        run = runner.clean_room(session, mended)
        mended, run = settle(session, runner, mended, run)
    by_chance = prints_by_chance(session, run) or falls_short(session, mended, run, runner.conditions)
    other = runner.with_another_seed(session, mended) if by_chance else None
    judged = tuple(judge(session, mended, run, runner.conditions, other))
    outcomes = corrected(session, mended, run, runner, judged)
    return Judged(outcomes, run.imported, stopped, session.name in runner.unsteady, bool(runner.faults))


def settle(session: Session, runner: Runner, mended: Mended, run: Run) -> tuple[Mended, Run]:
    """Takes back what was done for blocks that fail all the same, or that no expert would sign, until all that is
    left was run and passed."""
    from dlexamples.verdicts.doubts import doubtful

    while True:
        concerned = [index for index in range(len(session.blocks)) if mended.concerned(index)]
        doubts = {index: doubt for index in concerned if (doubt := doubtful(session, mended, run, index))}
        failing = [index for index in concerned if not run.blocks[index].ok or index in doubts]
        if not failing:
            return mended, run
        mended = mended.without(failing, [block.source for block in session.blocks], doubts)
        run = runner.clean_room(session, mended)
