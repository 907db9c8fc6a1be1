"""The search for mends: from stop to stop, each candidate tried by running the whole text with it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from dlexamples.model import Applicability, Claim, Fill, Place, Proposal
from dlexamples.run.further import gets_further
from dlexamples.run.job import NotReadBackError
from dlexamples.run.limits import Budget
from dlexamples.run.outwards import moves_outwards
from dlexamples.run.rivals import Attempt, choice, undecided

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dlexamples.model import Session
    from dlexamples.run.record import BlockRun, Halt, Run
    from dlexamples.run.runner import Runner

MOST_MESSAGE = 80
"""Characters of the error that a candidate brought."""
LIMITS = {"memory", "processes", "disk"}
"""Of what a block may take: what it stopped for then, no other text of it mends."""
ASK_SECONDS = 120.0
"""How long a stopped process may look for mends: it tries models on data."""
QUICK_SECONDS = 0.5
"""A stop that is reached in less is reached once more, in a process that has what looks for mends: to import that takes
about as long, and the first process stays fit for a verdict."""


@dataclass(frozen=True, slots=True)
class Mend:
    """An accepted proposal with the stop that asked for it."""

    halt: Halt
    before: tuple[str, ...]
    proposal: Proposal

    def changes(self, index: int) -> bool:
        return self.before[index] != self.proposal.sources[index]

    def concerns(self, index: int) -> bool:
        """It changes the block, or was made for a stop of it."""
        return self.changes(index) or self.halt.block == index


@dataclass(slots=True)
class Mended:
    """What the search found: the text, how it came about, and the last run if it is worth a verdict."""

    sources: tuple[str, ...]
    mends: list[Mend] = field(default_factory=list)
    refusals: dict[int, Proposal] = field(default_factory=dict)
    """By block: why nothing could be supplied."""
    explanations: dict[int, str] = field(default_factory=dict)
    """By block: a failing assertion in pytest's words."""
    halts: dict[int, tuple[Halt, tuple[str, ...]]] = field(default_factory=dict)
    """By block: the last stop, which nothing mended if the block fails, with the sources that were running."""
    ended: dict[int, BlockRun] = field(default_factory=dict)
    run: Run | None = None
    given_up: set[int] = field(default_factory=set)
    """Blocks that stopped and that nothing mended."""
    dropped: list[Mend] = field(default_factory=list)
    """Mends that did not lead to a block that passes."""
    chancy: set[int] = field(default_factory=set)
    """Blocks that stopped in one run of a text, and not in the next."""
    unasked: dict[int, str] = field(default_factory=dict)
    """By block: why its process could not be asked for mends."""
    later: dict[int, tuple[list[Halt], tuple[str, ...]]] = field(default_factory=dict)
    """By block with dropped mends: what else failed in it once it was mended so far, with the sources that ran."""
    tried: dict[int, list[str]] = field(default_factory=dict)
    """By block: what was tried at its last stop and did not get past it, and what came of it."""
    doubts: dict[int, str] = field(default_factory=dict)
    """By block: why its mends were taken back although it ran."""

    def concerned(self, index: int) -> bool:
        return any(mend.concerns(index) for mend in self.mends)

    def without(self, blocks: Collection[int], published: Sequence[str], doubts: dict[int, str]) -> Mended:
        """Takes back what was done to `blocks`, and what was done elsewhere by the same mends."""
        taken_back = set(blocks)
        while True:
            gone = [mend for mend in self.mends if any(mend.concerns(i) for i in taken_back)]
            wider = taken_back | {i for mend in gone for i in range(len(published)) if mend.changes(i)}
            if wider == taken_back:
                break
            taken_back = wider
        return replace(
            self,
            sources=tuple(published[i] if i in taken_back else s for i, s in enumerate(self.sources)),
            mends=[mend for mend in self.mends if mend not in gone],
            dropped=[*self.dropped, *gone],
            doubts=self.doubts | doubts,
            run=None,
        )


def unmended(run: Run) -> Mended:
    """The published text, for a run that nothing stopped."""
    return Mended(run.text.sources, run=run)


def mend(session: Session, run: Run, runner: Runner) -> Mended:
    """Searches for edits from the stop where `run` waits to the end of the session; closes `run`."""
    mended = Mended(run.text.sources)
    wait = set(range(len(session.blocks)))
    budget = Budget.of(runner.conditions.limits)
    while run.stopped:
        halt = run.stopped
        mended.halts[halt.block] = (halt, run.text.sources)
        better = _better_run(session, run, wait, mended, runner, budget)
        if budget.is_late or halt.block in mended.unasked:
            runner.unsteady.add(session.name)
        if better:
            run.close()
            run = better
            continue
        wait.discard(halt.block)
        mended.given_up.add(halt.block)
        if not mended.concerned(halt.block):
            runner.go_on(session, run, wait)
            continue
        runner.rest_of_block(session, run)
        mended.later[halt.block] = (run.blocks[halt.block].later, run.text.sources)
        # What was done for a block that fails all the same is taken back, and the later blocks run without it.
        published = [block.source for block in session.blocks]
        mended = replace(mended, sources=run.text.sources).without({halt.block}, published, {})
        run.close()
        run = runner.run(session, mended.sources, wait=wait, ended=run.ended)
    mended.sources = run.text.sources
    mended.ended = run.ended
    if run.stopped or run.asked:
        run.close()
    else:
        mended.run = run
    return mended


def _better_run(
    session: Session, run: Run, wait: Collection[int], mended: Mended, runner: Runner, budget: Budget
) -> Run | None:
    """The run of the first candidate that gets past the stop, or else of one that moves it outwards in its statement;
    None when there is none."""
    halt = run.stopped
    assert halt
    if halt.wall in LIMITS:
        return None  # Its process has no room to look for anything in.
    if budget.is_spent:
        mended.unasked[halt.block] = (
            f"the search has taken {runner.conditions.limits}, as many as `tries` and `search-timeout` allow"
        )
        return None
    mended.tried[halt.block] = []
    mended.refusals.pop(halt.block, None)  # That of an earlier stop of the block, which was mended.
    outer: Attempt | None = None
    for proposals in _alternatives(_asked(session, run, wait, mended, runner)):
        tried: list[Attempt] = []
        for proposal in proposals:
            if budget.is_spent:
                break
            budget.tries -= 1
            with contextlib.suppress(NotReadBackError):
                attempt = runner.run(session, proposal.sources, wait=wait, ended=run.ended)
                tried.append(Attempt(proposal, attempt, gets_further(attempt, run, halt, proposal)))
        helping = [each for each in tried if each.helps]
        best = choice(helping)
        outer = outer or choice([each for each in tried if not each.helps and _moves_outwards(each.run, run, halt)])
        for each in tried:
            if each is not best:
                _note_why_not(each.run, halt, each.proposal, mended, runner)
            if not each.helps:
                mended.tried[halt.block].append(what_came_of(each, halt))
            if each is not best and each is not outer:
                each.run.close()
        if best:
            if outer:
                outer.run.close()
            mended.mends.append(Mend(halt, run.text.sources, best.proposal))
            return best.run
        if doubt := undecided([each.proposal for each in helping]):
            mended.refusals[halt.block] = doubt
    if outer:
        mended.mends.append(Mend(halt, run.text.sources, outer.proposal))
    return outer.run if outer else None


def _moves_outwards(attempt: Run, run: Run, halt: Halt) -> bool:
    now = attempt.stopped
    if now is None or not now.at.block == now.block == halt.at.block == halt.block:
        return False
    before, after = (each.text.sources[halt.block] for each in (run, attempt))
    return moves_outwards(before, halt.at, after, now.at, now.message)


def _alternatives(proposals: Sequence[Proposal]) -> Iterator[list[Proposal]]:
    """The proposals in order, rivals together."""
    waiting = list(proposals)
    while waiting:
        first = waiting[0]
        group = [p for p in waiting if p is first or (first.rivals and p.rivals == first.rivals)]
        yield group
        waiting = [proposal for proposal in waiting if proposal not in group]


def _note_why_not(attempt: Run, halt: Halt, proposal: Proposal, mended: Mended, runner: Runner) -> None:
    """A mend that runs out of time, or ends its process, is no mend; that it was tried the author should know."""
    tried = attempt.blocks[halt.block]
    if not tried.fatal:
        return
    what = f"was still running after {runner.conditions.timeout:g} s" if tried.timed_out else "ended its process"
    message = f"{proposal.message}; no fix is offered: mended, the block {what}"
    mended.refusals[halt.block] = replace(proposal, message=message, final=True)


def what_came_of(attempt: Attempt, halt: Halt) -> str:
    """What a candidate would have done, with the error that it brought where that is another one."""
    now = attempt.run.stopped
    description = attempt.proposal.description.rstrip(".")
    if now is None or (now.error, now.message) == (halt.error, halt.message):
        return description
    return f"{description} (then {now.error}: {shorten(now.message, MOST_MESSAGE, placeholder=' …')})"


def _asked(session: Session, run: Run, wait: Collection[int], mended: Mended, runner: Runner) -> list[Proposal]:
    """What is proposed at the stop where `run` waits."""
    same = _at_the_same_stop(session, run, wait, mended, runner)
    if same is None:
        return _ask(session, run, mended, runner)
    try:
        found = _ask(session, same, mended, runner)
    finally:
        same.close()
    halt = run.stopped
    assert halt
    if mended.unasked.pop(halt.block, None) is None:
        return found
    # That process is gone, for whatever reason; the first one still waits.
    return _ask(session, run, mended, runner)


def _at_the_same_stop(session: Session, run: Run, wait: Collection[int], mended: Mended, runner: Runner) -> Run | None:
    """Another run of the text, for the search alone; None where that would take too long, or does not stop there."""
    halt = run.stopped
    assert halt
    # Where a post has an environment of its own no server has the rules: they lie in ours.
    has_server = runner.pool.fork and not session.environment.alone
    if run.asked or not has_server or run.busy > QUICK_SECONDS:
        return None
    again = runner.run(session, run.text.sources, wait=wait, ended=run.ended, to_search=True)
    there = again.stopped
    if there and (there.block, there.statement, there.error) == (halt.block, halt.statement, halt.error):
        return again
    if there is None and again.blocks[halt.block].ok:
        mended.chancy.add(halt.block)
    again.close()
    return None


def _ask(session: Session, run: Run, mended: Mended, runner: Runner) -> list[Proposal]:
    halt = run.stopped
    assert halt
    assert run.process
    runner.ask(session, run)
    try:
        reply = run.process.event(ASK_SECONDS)
    except TimeoutError:
        run.process.kill()
        reply = None
    if reply is None or reply["event"] != "answer":
        how = f": it ended with status {reply['status']}" if reply and reply["event"] == "exit" else ""
        mended.unasked[halt.block] = f"its process gave no answer{how}"
        return []
    if "unasked" in reply:
        mended.unasked[halt.block] = reply["unasked"]
    if reply["fault"]:
        runner.faults.append(reply["fault"])
    if reply["explanation"]:
        mended.explanations[halt.block] = reply["explanation"]
    if reply["refusals"]:
        mended.refusals[halt.block] = _proposal(reply["refusals"][0])
    return [_proposal(candidate) for candidate in reply["candidates"]]


def _proposal(data: dict[str, Any]) -> Proposal:
    """A proposal as it was before it became JSON."""
    return Proposal(
        **{
            **data,
            "applicability": Applicability(data["applicability"]),
            "sources": tuple(data["sources"]),
            "fills": tuple(
                Fill(**{**f, "claim": Claim(f["claim"]), "shape": None if f["shape"] is None else tuple(f["shape"])})
                for f in data["fills"]
            ),
            "related": tuple((label, Place(**place)) for label, place in data["related"]),
        }
    )
