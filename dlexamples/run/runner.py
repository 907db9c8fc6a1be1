"""Runs a session's text, from the top and in a process of its own.

A run that stops waits, alive, to be asked for mends (`search.py`). One that was never asked holds nothing of ours: if
it reaches the end, its verdict is as good as the clean room's, and it *is* the clean room's.
"""

from __future__ import annotations

import time
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dlexamples.cache import Cache
from dlexamples.elsewhere import elsewhere
from dlexamples.errors import ToldError
from dlexamples.model import Claim, Fill
from dlexamples.printed import matches_exception
from dlexamples.run.ahead import leading
from dlexamples.run.conditions import Conditions
from dlexamples.run.job import SEED, Surroundings, frameworks, is_soon_ready, job, on_first_use, question, text
from dlexamples.run.lane import END_SECONDS, Use, Walls
from dlexamples.run.machine import shut_in
from dlexamples.run.pool import START_SECONDS, Kind, Pool, kind_of
from dlexamples.run.record import BlockRun, Imported, Run, collect_output, halted, note_done, offsets
from dlexamples.run.side_by_side import Lanes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from dlexamples.model import Block, Document, Session
    from dlexamples.run.process import Process
    from dlexamples.run.record import Halt
    from dlexamples.run.search import Mended


T = TypeVar("T")


class DeviceNotHereError(ToldError, RuntimeError):
    """`--device cuda` on a machine whose frameworks see no GPU."""


class Runner:
    """Runs the sessions of one document."""

    def __init__(
        self,
        pool: Pool,
        document: Document,
        conditions: Conditions | None = None,
        *,
        running: Callable[[str, int], None] = lambda block, line: None,
        faults: list[str] | None = None,
        lanes: Lanes | None = None,
        cache: Cache | None = None,
    ) -> None:
        """`running` is told each block and line that starts; tracebacks of our own are added to `faults`. Without
        `lanes` sessions run one after the other, and without a `cache` every one is run."""
        self.pool = pool
        self.document = document
        self.conditions = conditions or Conditions()
        self.running = running
        self.faults = faults if faults is not None else []
        self.lanes = lanes or Lanes(1)
        self.cache = cache or Cache()
        self._late = on_first_use(document)
        self.unsteady: set[str] = set()
        """The names of sessions that may end otherwise another day: time was up, or a process ended under a block."""

    def warm(self, sessions: Sequence[Session]) -> None:
        """Starts the servers that these sessions need, side by side."""
        for session in sessions:
            self.pool.warm(self._kind(session, [block.source for block in session.blocks]))

    def each(self, sessions: Sequence[Session], work: Callable[[Session], T]) -> Iterator[T]:
        """What `work` makes of each session, as it comes. While a server imports TensorFlow, sessions run that need
        none of it."""
        return self.lanes.each(work, sorted(sessions, key=lambda session: not is_soon_ready(session)))

    def as_published(self, session: Session) -> Run:
        """Stops, and waits to be asked, at the first failing statement."""
        return self.run(session, [block.source for block in session.blocks], wait=range(len(session.blocks)))

    def clean_room(self, session: Session, mended: Mended) -> Run:
        """The mended text from the top in a process that holds nothing of ours; nothing is waited for."""
        if mended.run:
            return mended.run
        return self.run(session, mended.sources, wait=(), ended=mended.ended)

    def with_another_seed(self, session: Session, mended: Mended) -> Run:
        """The same once more: what it prints otherwise is chance."""
        return self.run(session, mended.sources, wait=(), ended=mended.ended, seed=SEED + 1)

    def ask(self, session: Session, run: Run) -> None:
        """Asks the process that waits at a stop for mends; what it imports for them makes it unfit for a verdict."""
        assert run.process
        run.asked = True
        run.process.send(question(elsewhere(self.document, session)))

    def go_on(self, session: Session, run: Run, wait: Collection[int]) -> None:
        """Leaves the rest of the block where `run` waits and goes on with the next, in the same process."""
        assert run.process
        stopped, run.stopped = run.stopped, None
        run.process.send({"do": "go on"})
        self._followed(session, run, wait, current=stopped.block if stopped else None)
        if run.process is None and not all(block.started for block in run.blocks):
            ended = {**run.ended, **{index: block for index, block in enumerate(run.blocks) if block.fatal}}
            again = self.run(session, run.text.sources, wait=wait, ended=ended)
            run.blocks, run.stopped, run.process, run.ended = again.blocks, again.stopped, again.process, again.ended
            run.imported, run.trained = again.imported, again.trained
            run.asked = False

    def rest_of_block(self, session: Session, run: Run) -> None:
        """Goes on to the end of the block where `run` waits, for what else fails in it."""
        assert run.process
        assert run.stopped
        index, run.stopped = run.stopped.block, None
        run.process.send({"do": "go on"})
        self._followed(session, run, (), current=index, until=index)

    def run(
        self,
        session: Session,
        sources: Sequence[str],
        *,
        wait: Collection[int],
        ended: dict[int, BlockRun] | None = None,
        seed: int = SEED,
        to_search: bool = False,
    ) -> Run:
        """Runs from the top; a block that takes its process along is left out of a second run of the rest. `to_search`:
        for no verdict, in a process that has what looks for mends."""
        ran = Run(
            text(self.document, session, sources),
            [BlockRun() for _ in session.blocks],
            ended=dict(ended or {}),
            asked=to_search,
        )
        was_lost = False
        while True:
            kind, walls = self._kind(session, ran.text.sources), self._walls(session)
            ran.opening = self.pool.opening(kind, walls, leading(session.blocks, ran.text.sources, ran.ended))
            use = Use(walls, ran.opening.ahead, to_search)
            ran.process = self.pool.start(kind, use, partial(self._job, session, ran, wait, seed))
            self._followed(session, ran, wait)
            if ran.is_lost and not was_lost:
                was_lost, ran.is_lost = True, False
                self.pool.learned.distrust(ran.opening)
                continue
            fatal = next((i for i, b in enumerate(ran.blocks) if b.fatal), None)
            for index, block in ran.ended.items():
                ran.blocks[index] = block
            if fatal is None or ran.stopped:
                return ran
            ran.ended[fatal] = ran.blocks[fatal]
            if fatal == len(ran.blocks) - 1:
                return ran

    def _walls(self, session: Session) -> Walls:
        return Walls(self._device(session), self.conditions.network, shut_in(self.conditions))

    def _kind(self, session: Session, sources: Sequence[str]) -> Kind:
        """Of the server whose processes run them."""
        return kind_of(frameworks(sources, self._late), session.environment, self._walls(session))

    def _job(self, session: Session, run: Run, wait: Collection[int], seed: int, folder: Path) -> dict[str, Any]:
        asked, walls = self.conditions, self._walls(session)
        around = Surroundings(
            folder,
            walls.device,
            walls.network,
            walls.shut_in,
            epochs=asked.epochs,
            seed=seed,
            static=asked.static,
        )
        opening, skip = run.opening, run.ended.keys()
        return job(session, run.text, around, opening, late=self._late, wait=wait, skip=skip)

    def _time_for(self, block: Block) -> float:
        """Seconds."""
        return block.marks.timeout or self.conditions.timeout

    def _device(self, session: Session) -> str:
        """`cpu` also where one of the blocks asks for it."""
        return "cpu" if any(block.marks.device == "cpu" for block in session.blocks) else self.conditions.device

    def _followed(
        self,
        session: Session,
        run: Run,
        wait: Collection[int],
        *,
        current: int | None = None,
        until: int | None = None,
    ) -> None:
        """As `_follow`. An event that is not what it should be is told as our fault, though a block may have sent it:
        the run ends there, and all others go on."""
        try:
            self._follow(session, run, wait, current=current, until=until)
        except (LookupError, TypeError, ValueError, AttributeError):
            self.faults.append(traceback.format_exc())
            run.close()
            index = next((i for i, block in enumerate(run.blocks) if not block.done), len(run.blocks) - 1)
            run.blocks[index].exit_status = run.blocks[index].exit_status or 1

    def _follow(
        self,
        session: Session,
        run: Run,
        wait: Collection[int],
        *,
        current: int | None = None,
        until: int | None = None,
    ) -> None:
        """Reads events until the process waits at a stop, the block `until` is done, or the process has ended.
        `current`: the block that it goes on with."""
        assert run.process
        began = time.monotonic()
        busy_since = None if current is None else began
        deadline = began + (START_SECONDS if current is None else self._time_for(session.blocks[current]))
        while True:
            event = _next_event(run.process, deadline)
            kind = event["event"]
            if kind == "timeout" and current is None:
                raise RuntimeError(f"the process of the blocks did not start within {START_SECONDS:.0f} s")
            if kind == "timeout" and current is not None and not run.blocks[current].timed_out:
                run.blocks[current].timed_out = True
                self.unsteady.add(session.name)
                run.blocks[current].seconds = time.monotonic() - began
                if inner := _line_inside(run, current):
                    run.blocks[current].line = inner
                run.process.kill()
                deadline = time.monotonic() + END_SECONDS
            elif kind == "no-device":
                run.close()
                raise DeviceNotHereError(
                    f"{self.document.path}: no GPU is visible to the frameworks of this post, and `--device cuda` asks "
                    "for one; `--device auto` skips blocks that need it, and runs the others on the CPU"
                )
            elif kind in {"exit", "timeout"}:
                if current is not None and not run.blocks[current].timed_out:
                    run.blocks[current].exit_status = event["status"]
                    self.unsteady.add(session.name)
                    run.blocks[current].seconds = time.monotonic() - began
                collect_output(run)
                run.process.close()
                run.process = None
                return
            elif kind == "lost":
                run.is_lost = True
            elif kind == "limit" and current is not None:
                run.blocks[current].exceeded = (event["what"], event["most"])
            elif kind == "imported":
                run.imported = Imported(tuple(event["modules"]), tuple(event["roots"]))
            elif kind == "trained":
                run.trained = event
            elif kind == "end":
                current = None
            elif kind == "block":
                current, began = event["block"], time.monotonic()
                busy_since = busy_since or began
                run.blocks[current] = BlockRun(started=True, begins=offsets(event["begins"]))
                deadline = began + self._time_for(session.blocks[current])
            elif kind == "at":
                run.blocks[event["block"]].line = event["line"]
                block = session.blocks[event["block"]]
                self.running(block.id, min(block.document_line(event["line"]), block.end_line))
            elif kind == "made":
                place, alone = (event["block"], event["number"]), event["alone"] is True
                self.pool.learned.note(run.opening, place, float(event["seconds"]), alone=alone)
            elif kind == "blocked":
                run.blocks[event["block"]].blocked_by = (event["name"], event["by"])
            elif kind == "done":
                # The block stays answerable for its process until the next one starts.
                note_done(run, event)
                if event["block"] == until:
                    return
            elif kind == "stop":
                halt = halted(event, run.text)
                run.blocks[halt.block].halt = halt
                run.blocks[halt.block].expected = _is_expected(session.blocks[halt.block], halt)
                if halt.block in wait and not run.blocks[halt.block].expected:
                    run.stopped = halt
                    run.busy += time.monotonic() - (busy_since or began)
                    return
                if halt.block in wait:
                    run.process.send({"do": "go on"})
            elif kind == "later":
                run.blocks[event["block"]].later.append(halted(event, run.text))
            elif kind == "raised":
                run.blocks[event["block"]].raised[event["line"]] = (tuple(event["kinds"]), event["message"])
            elif kind == "served":
                fill = _served(event)
                if fill not in run.blocks[event["block"]].served:
                    run.blocks[event["block"]].served.append(fill)
            elif kind == "fault":
                if event["trace"] not in self.faults:
                    self.faults.append(event["trace"])
            elif kind == "checked":
                run.blocks[event["block"]].findings = tuple(event["findings"])
            elif kind == "unreached":
                run.blocks[event["block"]].unreached = tuple(event["findings"])
            elif kind == "absent":
                run.blocks[event["block"]].absent = True


def _line_inside(run: Run, current: int) -> int | None:
    """The line of the block that a process which hangs was on, inside its loop or its function."""
    assert run.process
    for line in run.process.lines_of(run.text.filename):
        found = run.text.place(line)
        if found and found[0] == current:
            return found[1]
    return None


def _is_expected(block: Block, halt: Halt) -> bool:
    return bool(block.marks.raises) and matches_exception(block.marks.raises, halt.kinds, halt.message)


def _served(event: dict[str, Any]) -> Fill:
    shape = tuple(event["shape"]) if event["shape"] is not None else None
    return Fill(event["name"], event["dataset"], Claim(event["claim"]), shape, event["dtype"], event["why"], "")


def _next_event(process: Process, deadline: float) -> dict[str, Any]:
    """The next event, `timeout` when the deadline comes first, `exit` when there will be no more."""
    try:
        return process.event(deadline - time.monotonic()) or {"event": "exit", "status": 1}
    except TimeoutError:
        return {"event": "timeout"}
