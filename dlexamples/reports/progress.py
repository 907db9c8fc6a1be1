"""What is being run, while it is: on standard error, and gone from a terminal before the report is printed."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Document, Outcome

_PATIENCE = 1.0
"""Seconds for which a log that nobody watches stays silent."""


class Progress(Protocol):
    """Is told what happens, from any thread."""

    def started(self, document: Document, total: int) -> None:
        """`total` more blocks, those of `document`, will be run."""

    def installing(self, document: Document, requirements: Sequence[str]) -> None:
        """An installer is started for packages that `document` wants."""

    def running(self, block_id: str, line: int) -> None:
        """The block has come to `line` of its document."""

    def finished(self, outcome: Outcome) -> None:
        """A block has its verdict."""


@contextmanager
def progress(stream: TextIO | None = None) -> Iterator[Progress]:
    """One live line on a terminal; elsewhere one line a block, if the whole takes longer than a second."""
    stream = stream or sys.stderr
    if not _is_watched(stream):
        yield Log(stream)
        return

    from dlexamples.reports.terminal.live import live

    with live(stream) as line:
        yield line


class Log:
    """Plain lines, for a log."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._begun = time.monotonic()
        self._total = 0
        self._done = 0
        self._held_back: list[str] = []

    def started(self, document: Document, total: int) -> None:
        with self._lock:
            self._total += total

    def installing(self, document: Document, requirements: Sequence[str]) -> None:
        """Told at once: it takes seconds, and it is not only looking."""
        with self._lock:
            self._held_back.append(f"{document.path}: installing {', '.join(requirements)}\n")
            self._write()

    def running(self, block_id: str, line: int) -> None:
        """Too much for a log."""

    def finished(self, outcome: Outcome) -> None:
        with self._lock:
            self._done += 1
            count = f"{self._done}/{self._total}"
            self._held_back.append(f"{count} {outcome.block.id} {outcome.verdict.value} {outcome.seconds:.1f} s\n")
            if time.monotonic() - self._begun > _PATIENCE:
                self._write()

    def _write(self) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        text = "".join(self._held_back).encode(encoding, "backslashreplace").decode(encoding)
        self._stream.write(text)
        self._stream.flush()
        self._held_back.clear()


def _is_watched(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
