"""Runs sessions: as published, while they are mended, and in a clean room.

Every run starts from the top in a process of its own. One that stops waits, alive, to be asked for mends; a
candidate is tried by running the whole text with it in a new process. So a run that was never asked holds nothing
of ours, and a run that reaches the end unasked *is* the clean room's.
"""

from __future__ import annotations

import ast
import time
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.model import Applicability, Claim, Fill, Place, Proposal
from dlexamples.run.columns import characters
from dlexamples.run.job import NotReadBackError, Text, frameworks, job, text
from dlexamples.run.pool import START_SECONDS, Pool, Process

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from dlexamples.model import Document, Session

MOST_RUNS = 40
"""Runs that the search for one session's mends may take."""
MOST_OUTPUT = 200_000
"""Bytes of a block's output that are kept."""


class DeviceNotHereError(RuntimeError):
    """`--device cuda` on a machine whose frameworks see no GPU."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Where and why a block stopped, as the parent knows it. Places are those of the text that ran."""

    block: int
    statement: Place
    at: Place
    frames: tuple[Place, ...]
    error: str
    module: str
    kinds: tuple[str, ...]
    """The names of the error's classes, bases included."""
    causes: tuple[str, ...]
    """The same of the errors that led to it."""
    types: dict[str, str]
    """By name in the statement: the qualified type of its object."""
    message: str
    name: str | None
    own: bool
    """Raised by the post's own statement, not inside a library."""
    trail: tuple[str, ...]
    """`module:function` of the last frames, innermost last."""
    top_level: bool
    """The innermost frame of the post is the statement itself, not a function that it called."""


@dataclass(slots=True)
class BlockRun:
    """What one run of one block gave. Filled in as events arrive."""

    line: int = 1
    """The last top-level statement that started."""
    started: bool = False
    done: bool = False
    halt: Halt | None = None
    blocked_by: tuple[str, int] | None = None
    """The name that is missing and the index of the block that should have given it."""
    timed_out: bool = False
    exit_status: int | None = None
    """How the process ended under the block; negative for a signal."""
    seconds: float = 0.0
    device: str = ""
    lines: frozenset[int] = frozenset()
    lines_run: frozenset[int] = frozenset()
    inner: frozenset[int] = frozenset()
    """Lines inside the bodies of the functions that it defines."""
    entered: bool = False
    """A function that the block defines has run."""
    stdout: str = ""
    stderr: str = ""
    figures: tuple[bytes, ...] = ()
    warned: tuple[tuple[str, str, int], ...] = ()
    """(category, message, line of the block or 0) of each warning."""

    @property
    def ok(self) -> bool:
        return self.done and not (self.halt or self.blocked_by or self.timed_out) and self.exit_status is None


@dataclass(slots=True)
class Run:
    """One run of a session's text: a `BlockRun` a block, and the process while it waits at a stop."""

    text: Text
    blocks: list[BlockRun]
    stopped: Halt | None = None
    """Set while the process waits there."""
    process: Process | None = None
    ended: dict[int, BlockRun] = field(default_factory=dict)
    """By block: those that took their process along, and that later runs of the same text leave out."""
    asked: bool = False
    """Something of ours was imported into it: no verdict any more."""

    def close(self) -> None:
        self.stopped = None
        if self.process:
            self.process.close()
            self.process = None


@dataclass(frozen=True, slots=True)
class Mend:
    """An accepted proposal with the stop that asked for it."""

    halt: Halt
    before: tuple[str, ...]
    proposal: Proposal

    def changes(self, index: int) -> bool:
        return self.before[index] != self.proposal.sources[index]


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
    dropped: list[Mend] = field(default_factory=list)
    """Mends that did not lead to a block that passes."""

    def edited(self, index: int) -> bool:
        return any(mend.changes(index) for mend in self.mends)

    def without(self, blocks: Collection[int], published: Sequence[str]) -> Mended:
        """Takes back what was done to `blocks`, and what was done elsewhere by the same mends."""
        taken_back = set(blocks)
        while True:
            gone = [mend for mend in self.mends if any(mend.changes(i) for i in taken_back)]
            wider = taken_back | {i for mend in gone for i in range(len(published)) if mend.changes(i)}
            if wider == taken_back:
                break
            taken_back = wider
        return replace(
            self,
            sources=tuple(published[i] if i in taken_back else s for i, s in enumerate(self.sources)),
            mends=[mend for mend in self.mends if mend not in gone],
            dropped=[*self.dropped, *gone],
            run=None,
        )


class Runner:
    """Runs the sessions of one document."""

    def __init__(
        self,
        pool: Pool,
        document: Document,
        *,
        device: str = "auto",
        timeout: float = 60.0,
        running: Callable[[str, int], None] = lambda block, line: None,
        faults: list[str] | None = None,
    ) -> None:
        """`running` is told each block and line that starts; tracebacks of our own are added to `faults`."""
        self.pool = pool
        self.document = document
        self.device = device
        self.timeout = timeout
        self.running = running
        self.faults = faults if faults is not None else []

    def warm(self, sessions: Sequence[Session]) -> None:
        """Starts the servers that these sessions need, side by side."""
        for session in sessions:
            self.pool.warm(frameworks([block.source for block in session.blocks]))

    def as_published(self, session: Session) -> Run:
        """Stops, and waits to be asked, at the first failing statement."""
        return self._run(session, [block.source for block in session.blocks], wait=_all(session))

    def clean_room(self, session: Session, mended: Mended) -> Run:
        """The mended text from the top in a process that holds nothing of ours; nothing is waited for."""
        if mended.run:
            return mended.run
        return self._run(session, mended.sources, wait=(), ended=mended.ended)

    def unmended(self, run: Run) -> Mended:
        """The published text, for a run that nothing stopped."""
        return Mended(run.text.sources, run=run)

    def mend(self, session: Session, run: Run) -> Mended:
        """Searches for edits from stop to stop; closes `run`."""
        mended = Mended(run.text.sources)
        given_up: set[int] = set()
        for _ in range(MOST_RUNS):
            if not run.stopped:
                break
            halt = run.stopped
            mended.halts[halt.block] = (halt, run.text.sources)
            better = self._mend_once(session, run, mended, given_up)
            if better:
                run.close()
                run = better
                continue
            given_up.add(halt.block)
            self._go_on(session, run, given_up)
        mended.sources = run.text.sources
        mended.ended = run.ended
        if run.stopped or run.asked:
            run.close()
        else:
            mended.run = run
        return mended

    def _mend_once(self, session: Session, run: Run, mended: Mended, given_up: set[int]) -> Run | None:
        """The first candidate whose run gets past the stop; None when there is none."""
        halt = run.stopped
        assert halt
        candidates = self._ask(run, halt, mended)
        for proposal in candidates:
            try:
                attempt = self._run(session, proposal.sources, wait=_all(session) - given_up, ended=run.ended)
            except NotReadBackError:
                continue
            if _gets_further(attempt, halt, run.text.sources):
                mended.mends.append(Mend(halt, run.text.sources, proposal))
                return attempt
            attempt.close()
        return None

    def _ask(self, run: Run, halt: Halt, mended: Mended) -> list[Proposal]:
        assert run.process
        run.asked = True
        run.process.send({"do": "ask"})
        try:
            reply = run.process.event(self.timeout)
        except TimeoutError:
            run.process.kill()
            reply = None
        if reply is None or reply["event"] != "answer":
            self.faults.append("the search for a mend ended without an answer")
            return []
        if reply["fault"]:
            self.faults.append(reply["fault"])
        if reply["explanation"]:
            mended.explanations[halt.block] = reply["explanation"]
        if reply["refusals"]:
            mended.refusals[halt.block] = _proposal(reply["refusals"][0])
        return [_proposal(candidate) for candidate in reply["candidates"]]

    def _go_on(self, session: Session, run: Run, given_up: set[int]) -> None:
        """Leaves the rest of the block and goes on with the next, in the same process."""
        assert run.process
        run.stopped = None
        run.process.send({"do": "go on"})
        self._follow(session, run, _all(session) - given_up)
        if run.process is None and not all(block.started for block in run.blocks):
            ended = {**run.ended, **{i: b for i, b in enumerate(run.blocks) if _fatal(b)}}
            again = self._run(session, run.text.sources, wait=_all(session) - given_up, ended=ended)
            run.blocks, run.stopped, run.process, run.ended = again.blocks, again.stopped, again.process, again.ended
            run.asked = False

    def _run(
        self,
        session: Session,
        sources: Sequence[str],
        *,
        wait: Collection[int],
        ended: dict[int, BlockRun] | None = None,
    ) -> Run:
        """Runs from the top; a block that takes its process along is left out of a second run of the rest."""
        ran = Run(text(self.document, session, sources), [BlockRun() for _ in session.blocks], ended=dict(ended or {}))
        while True:
            folder = self.pool.new_folder()
            skip = ran.ended.keys()
            task = job(session, ran.text, str(self.document.path), folder, device=self.device, wait=wait, skip=skip)
            ran.process = self.pool.start(task, folder)
            self._follow(session, ran, wait)
            fatal = next((i for i, b in enumerate(ran.blocks) if _fatal(b)), None)
            for index, block in ran.ended.items():
                ran.blocks[index] = block
            if fatal is None or ran.stopped:
                return ran
            ran.ended[fatal] = ran.blocks[fatal]
            if fatal == len(ran.blocks) - 1:
                return ran

    def _follow(self, session: Session, run: Run, wait: Collection[int]) -> None:
        """Reads events until the process waits at a stop or has ended."""
        assert run.process
        current: int | None = None
        began = time.monotonic()
        deadline = time.monotonic() + START_SECONDS
        while True:
            event = _next_event(run.process, deadline)
            kind = event["event"]
            if kind == "timeout":
                if current is None:
                    raise RuntimeError(f"the process of the blocks did not start within {START_SECONDS:.0f} s")
                run.blocks[current].timed_out = True
                run.blocks[current].seconds = time.monotonic() - began
                run.process.kill()
                deadline = time.monotonic() + START_SECONDS
            elif kind == "no-device":
                run.close()
                raise DeviceNotHereError("no GPU is visible to the frameworks of this post")
            elif kind == "exit":
                if current is not None and not run.blocks[current].timed_out:
                    run.blocks[current].exit_status = event["status"]
                    run.blocks[current].seconds = time.monotonic() - began
                self._collect_output(run)
                run.process.close()
                run.process = None
                return
            elif kind == "end":
                current = None
            elif kind == "block":
                current, began = event["block"], time.monotonic()
                run.blocks[current] = BlockRun(started=True)
                deadline = time.monotonic() + self.timeout
            elif kind == "at":
                run.blocks[event["block"]].line = event["line"]
                block = session.blocks[event["block"]]
                self.running(block.id, min(block.document_line(event["line"]), block.end_line))
            elif kind == "blocked":
                run.blocks[event["block"]].blocked_by = (event["name"], event["by"])
            elif kind == "done":
                _note_done(run, event)
                current = None
            elif kind == "stop":
                halt = _halt(event, run.text)
                run.blocks[halt.block].halt = halt
                if halt.block in wait:
                    run.stopped = halt
                    return

    def _collect_output(self, run: Run) -> None:
        assert run.process
        for index, block in enumerate(run.blocks):
            if not block.started:
                continue
            results = run.process.folder / "results"
            block.stdout = _tail(results / f"{index}.stdout")
            block.stderr = _tail(results / f"{index}.stderr")


def _next_event(process: Process, deadline: float) -> dict[str, Any]:
    """The next event, `timeout` when the deadline comes first, `exit` when there will be no more."""
    try:
        return process.event(deadline - time.monotonic()) or {"event": "exit", "status": 1}
    except TimeoutError:
        return {"event": "timeout"}


def _all(session: Session) -> set[int]:
    return set(range(len(session.blocks)))


def _fatal(block: BlockRun) -> bool:
    return block.timed_out or block.exit_status is not None


def _tail(path: Any) -> str:
    try:
        data: bytes = path.read_bytes()
    except OSError:
        return ""
    if len(data) > MOST_OUTPUT:
        data = b"[...]\n" + data[-MOST_OUTPUT:]
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _note_done(run: Run, event: dict[str, Any]) -> None:
    index = event["block"]
    block = run.blocks[index]
    block.done = True
    block.seconds = event["seconds"]
    block.device = event["device"]
    block.lines = frozenset(event["lines"])
    block.warned = tuple(
        (w["category"], w["message"], (run.text.place(w["line"]) or (0, 0))[1]) for w in event["warned"]
    )
    block.figures = tuple(data for path in event["figures"] if (data := _bytes(path)))
    block.inner = frozenset(event["inner"])
    hit = frozenset(event["hit"])
    # A later block may call what an earlier one defined.
    for known in run.blocks[: index + 1]:
        known.lines_run |= known.lines & hit
        known.entered = known.entered or bool(known.inner & hit)


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _halt(event: dict[str, Any], ran: Text) -> Halt:
    index = event["block"]
    line, column, end_line, end_column = event["statement"]
    statement = _in_characters(ran, index, line, column, end_line, end_column)
    frames = tuple(place for f in event["frames"] if (place := _frame_place(ran, f["place"])))
    top_level = bool(event["frames"]) and event["frames"][-1]["function"] == "<module>"
    return Halt(
        block=index,
        statement=statement,
        at=frames[-1] if frames else Place(index, *event["syntax"]) if event["syntax"] else statement,
        frames=frames,
        error=event["error"],
        module=event["module"],
        kinds=tuple(event["kinds"]),
        causes=tuple(event["causes"]),
        types=event["types"],
        message=event["message"],
        name=event["name"],
        own=event["own"],
        trail=tuple(event["trail"]),
        top_level=top_level,
    )


def _frame_place(ran: Text, position: Sequence[int]) -> Place | None:
    line, column, end_line, end_column = position
    found = ran.place(line)
    if found is None:
        return None
    index, first = found
    last = first + end_line - line
    if column < 0:
        text = ran.sources[index].splitlines()[first - 1]
        return Place(index, first, len(text) - len(text.lstrip()), first, len(text.rstrip()))
    return _in_characters(ran, index, first, column, last, end_column)


def _in_characters(ran: Text, index: int, line: int, column: int, end_line: int, end_column: int) -> Place:
    lines = ran.sources[index].splitlines() or [""]

    def at(number: int, offset: int) -> int:
        return characters(lines[number - 1], offset) if 0 < number <= len(lines) else 0

    return Place(index, line, at(line, column), end_line, at(end_line, end_column))


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


def _gets_further(attempt: Run, halt: Halt, before: Sequence[str]) -> bool:
    """Whether the candidate's run got past the stop, or stops in the same statement for another reason.

    A stop in a line that the candidate itself brought is no progress, but for a name that the statement which it
    replaced would have missed next.
    """
    if any(_fatal(block) for index, block in enumerate(attempt.blocks[: halt.block + 1]) if index not in attempt.ended):
        return False
    now = attempt.stopped
    if now is None or now.block > halt.block:
        return True
    if now.block < halt.block:
        return False
    old = _statements(before[halt.block])
    index = old.index(_text(before[halt.block], halt.statement))
    stopped_in = _text(attempt.text.sources[now.block], now.statement)
    if stopped_in in old[:index]:
        return False
    line = _line(attempt.text.sources, now.at)
    if any(line in source.splitlines() for source in before):
        return (now.error, now.message, line) != (halt.error, halt.message, _line(before, halt.at))
    return now.name is not None and now.name in old[index]


def _statements(source: str) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = ast.parse(source).body
    except (SyntaxError, ValueError):
        return [_text(source, Place(0, 1, 0, 1, 0))]
    return ["\n".join(source.splitlines()[n.lineno - 1 : n.end_lineno]) for n in nodes]


def _text(source: str, place: Place) -> str:
    return "\n".join(source.splitlines()[place.line - 1 : place.end_line])


def _line(sources: Sequence[str], place: Place) -> str:
    lines = sources[place.block].splitlines()
    return lines[place.line - 1] if place.line <= len(lines) else ""
