"""The line on a terminal that says what is being run."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from dlexamples.reports.terminal import surface
from dlexamples.reports.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Document, Outcome


@contextmanager
def live(stream: TextIO) -> Iterator[LiveLine]:
    """A line that moves as long as the block of `with` runs, and leaves nothing behind."""
    screen = surface.of(stream)
    line = LiveLine(screen)
    console = Console(file=stream, force_terminal=True, no_color=not screen.colour, highlight=False)
    # Output of the caller is not ours to redirect: the report goes to standard output when this is over.
    with Live(line, console=console, transient=True, redirect_stdout=False, redirect_stderr=False):
        yield line


class LiveLine:
    """`2/3 pytorch-1 · running line 38 · 1.2 s`."""

    def __init__(self, screen: surface.Surface) -> None:
        self._dot = screen.glyphs.dot
        self._spinner = Spinner("dots" if self._dot != surface.ASCII.dot else "line", style="cyan")
        self._lock = threading.Lock()
        self._total = 0
        self._done = 0
        self._path = ""
        self._installing = ""
        self._block = ""
        self._line = 0
        self._since = time.monotonic()

    def started(self, document: Document, total: int) -> None:
        with self._lock:
            self._path = visible(str(document.path))
            self._total += total
            self._installing, self._since = "", time.monotonic()

    def installing(self, document: Document, requirements: Sequence[str]) -> None:
        with self._lock:
            self._path = visible(str(document.path))
            self._installing, self._since = visible(", ".join(requirements)), time.monotonic()

    def running(self, block_id: str, line: int) -> None:
        with self._lock:
            if block_id != self._block:
                self._block, self._since = block_id, time.monotonic()
            self._line = line

    def finished(self, outcome: Outcome) -> None:
        with self._lock:
            self._done += 1
            self._block, self._since = "", time.monotonic()

    def text(self) -> str:
        """What stands beside the spinner."""
        with self._lock:
            if self._installing:
                what = [self._path, f"installing {self._installing}"]
            elif not self._total:
                return "reading"
            else:
                count = f"{min(self._done + 1, self._total)}/{self._total}"
                what = [f"{count} {visible(self._block)}", f"running line {self._line}"]
                what = what if self._block else [f"{count} {self._path}"]
            return f" {self._dot} ".join([*what, f"{time.monotonic() - self._since:.1f} s"])

    def __rich__(self) -> Spinner:
        self._spinner.update(text=Text(self.text(), no_wrap=True, overflow="ellipsis"))
        return self._spinner
