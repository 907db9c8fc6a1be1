"""What one run of a session gave, block by block, as the events of its process tell it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.model import Place
from dlexamples.run.ahead import Opening
from dlexamples.run.columns import characters, rows
from dlexamples.run.folders import results
from dlexamples.run.inside.shown import MOST_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Fill
    from dlexamples.run.folders import Home
    from dlexamples.run.job import Text
    from dlexamples.run.process import Process

MOST_FIGURE = 10_000_000
MOST_OFFSET = 1 << 60


@dataclass(frozen=True, slots=True)
class Halt:
    """Where and why a block stopped, as the parent knows it. Places are those of the text that ran."""

    block: int
    statement: Place
    at: Place
    frames: tuple[Place, ...]
    error: str
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
    wall: str = ""
    """Of the sandbox, that the error comes from: see `inside.refused`."""

    @property
    def is_unread(self) -> bool:
        """The block does not compile, and nothing of it has run."""
        return not self.frames and "SyntaxError" in self.kinds


@dataclass(slots=True)
class BlockRun:
    """What one run of one block gave. Filled in as events arrive."""

    line: int = 1
    """The last top-level statement that started."""
    started: bool = False
    done: bool = False
    halt: Halt | None = None
    later: list[Halt] = field(default_factory=list)
    """Its other failures, of statements that need nothing that the ones before them lost."""
    blocked_by: tuple[str, int] | None = None
    """The name that is missing and the index of the block that should have given it."""
    timed_out: bool = False
    exit_status: int | None = None
    """How the process ended under the block; negative for a signal."""
    exceeded: tuple[str, int] | None = None
    """The limit for which it was ended: `memory` or `disk` and bytes, or `processes` and how many."""
    seconds: float = 0.0
    device: str = ""
    lines: frozenset[int] = frozenset()
    lines_run: frozenset[int] = frozenset()
    inner: frozenset[int] = frozenset()
    """Lines inside the bodies of the functions that it defines."""
    entered: bool = False
    """A function that the block defines has run."""
    begins: tuple[int, int] = (0, 0)
    """Where its output and its errors begin, in bytes of what the session has written."""
    ends: tuple[int, int] | None = None
    """None where it has not come to its end."""
    dropped: tuple[int, int] = (0, 0)
    """Bytes that are not there any more, before the others."""
    stdout: str = ""
    stderr: str = ""
    figures: tuple[bytes, ...] = ()
    warned: tuple[tuple[str, str, int], ...] = ()
    """(category, message, line of the block or 0) of each warning."""
    expected: bool = False
    """`halt` is the exception that the block's author says it ends with."""
    raised: dict[int, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    """By line of a statement whose traceback the post shows: the names of the exception's classes, its message."""
    written: tuple[tuple[int, int], ...] = ()
    """(line of a statement, bytes on standard output before it), where the post shows output."""
    outputs: dict[int, str] = field(default_factory=dict)
    """By line of a statement: what it printed."""
    findings: tuple[dict[str, Any], ...] | None = None
    """What is wrong with the calls of a block that is not to be run."""
    unreached: tuple[dict[str, Any], ...] = ()
    """What is wrong with the calls of a block that no run reached."""
    served: list[Fill] = field(default_factory=list)
    """What loaders got in place of a download."""
    absent: bool = False
    """The device that its author asks for is not here."""

    @property
    def ok(self) -> bool:
        stopped = self.halt and not self.expected
        return self.done and not (stopped or self.blocked_by or self.fatal)

    @property
    def fatal(self) -> bool:
        """It took its process along."""
        return self.timed_out or self.exit_status is not None


@dataclass(frozen=True, slots=True)
class Imported:
    """What a session has imported by its end."""

    modules: tuple[str, ...]
    """The top-level ones."""
    roots: tuple[str, ...]
    """Files and folders of those that are neither Python's own nor installed."""


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
    """Something of ours is in its process: no verdict any more."""
    is_lost: bool = False
    """Its lane ended before anything had run."""
    busy: float = 0.0
    """Seconds for which its blocks ran, up to where it stopped."""
    opening: Opening = field(default_factory=lambda: Opening({}))
    imported: Imported | None = None
    """None where its process did not come to the session's end."""
    trained: dict[str, Any] = field(default_factory=dict)
    """What was seen of training, up to the end of the last block that has one: see `inside.watching`."""

    def close(self) -> None:
        self.stopped = None
        if self.process:
            self.process.close()
            self.process = None


def note_done(run: Run, event: dict[str, Any]) -> None:
    """What a `done` event tells, into the block's record and, of lines that it ran, the earlier blocks'."""
    index = event["block"]
    block = run.blocks[index]
    block.done = True
    block.ends, block.dropped = offsets(event["ends"]), offsets(event["dropped"])
    block.seconds = event["seconds"]
    block.device = event["device"]
    block.lines = frozenset(event["lines"])
    for warning in event["warned"]:
        # A function of an earlier block may warn when this one calls it: the line is where the cause is.
        at, line = run.text.place(warning["line"]) or (index, 0)
        run.blocks[at].warned += ((warning["category"], warning["message"], line),)
    assert run.process
    figures = (results(run.process.folder) / Path(path).name for path in event["figures"])
    block.figures = tuple(data for path in figures if (data := _bytes(path, MOST_FIGURE)))
    block.written = tuple((line, offset) for line, offset in event["written"])
    block.inner = frozenset(event["inner"])
    hit = frozenset(event["hit"])
    # A later block may call what an earlier one defined.
    for known in run.blocks[: index + 1]:
        known.lines_run |= known.lines & hit
        known.entered = known.entered or bool(known.inner & hit)


def offsets(told: Any) -> tuple[int, int]:
    """Of output and errors, in bytes. Raises TypeError and ValueError: a block may tell anything."""
    output, errors = told
    if not (0 <= output < MOST_OFFSET and 0 <= errors < MOST_OFFSET):
        raise ValueError(f"no place in a file: {told}")
    return int(output), int(errors)


def collect_output(run: Run) -> None:
    """Reads what the blocks wrote, before the next run writes there."""
    assert run.process
    home = run.process.home
    for block in run.blocks:
        if not block.started:
            continue
        printed, missing = _written(run.process, block, 0)
        block.stdout = _told(printed, missing, home)
        block.stderr = _told(*_written(run.process, block, 1), home)
        if not missing:
            starts = [offset - block.begins[0] for _, offset in block.written]
            pieces = zip(block.written, starts, [*starts[1:], len(printed)], strict=False)
            block.outputs = {line: _text(home.told(printed[start:end])) for (line, _), start, end in pieces}


def _written(process: Process, block: BlockRun, number: int) -> tuple[bytes, int]:
    """The last that the block wrote, and how many bytes before it are not kept."""
    start, end = block.begins[number], block.ends[number] if block.ends else process.output.size(number)
    kept = max(start, end - MOST_OUTPUT)
    return process.output.read(number, kept, end), block.dropped[number] + kept - start


def _told(data: bytes, missing: int, home: Home) -> str:
    text = _text(home.told(data))
    return f"[{missing:,} bytes before this are not kept]\n{text}" if missing else text


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _bytes(path: Path, most: int) -> bytes:
    """The last bytes of a regular file; a block may have put a pipe or a link to somewhere else in its place."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return b""
        file.seek(max(0, status.st_size - most))
        return file.read(most)


def halted(event: dict[str, Any], ran: Text) -> Halt:
    """A `stop` or `later` event, its places in blocks and characters."""
    index = event["block"]
    line, column, end_line, end_column = event["statement"]
    statement = _in_characters(ran, index, line, column, end_line, end_column)
    frames = tuple(place for position in event["frames"] if (place := _frame_place(ran, position)))
    return Halt(
        block=index,
        statement=statement,
        at=frames[-1] if frames else Place(index, *event["syntax"]) if event["syntax"] else statement,
        frames=frames,
        error=event["error"],
        kinds=tuple(event["kinds"]),
        causes=tuple(event["causes"]),
        types=event["types"],
        message=event["message"],
        name=event["name"],
        own=event["own"],
        trail=tuple(event["trail"]),
        wall=event["wall"],
    )


def _frame_place(ran: Text, position: Sequence[int]) -> Place | None:
    line, column, end_line, end_column = position
    found = ran.place(line)
    if found is None:
        return None
    index, first = found
    last = first + end_line - line
    if column < 0:
        text = rows(ran.sources[index])[first - 1]
        return Place(index, first, len(text) - len(text.lstrip()), first, len(text.rstrip()))
    return _in_characters(ran, index, first, column, last, end_column)


def _in_characters(ran: Text, index: int, line: int, column: int, end_line: int, end_column: int) -> Place:
    lines = rows(ran.sources[index])

    def at(number: int, offset: int) -> int:
        return characters(lines[number - 1], offset) if 0 < number <= len(lines) else 0

    return Place(index, line, at(line, column), end_line, at(end_line, end_column))
