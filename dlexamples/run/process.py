"""The parent's side of one process of blocks: events out, commands in, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import shutil
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dlexamples.run.pool import Server

LONGEST_WAIT = 1.0
WHERE, WHERE_SECONDS = "where", 0.3
"""The file to which a process that hangs tells its lines, and how long it may take to."""
END_SECONDS = 10.0
"""How long a killed process may take to be gone."""


class Process:
    """One process of blocks: events out, commands in, and its folder while it lives."""

    def __init__(self, folder: Path, link: Link, closed: Callable[[Process], None]) -> None:
        """`closed` is told when it has been closed."""
        self.folder = folder
        self._link = link
        self._closed = closed
        self.number: int | None = None
        """The process of the blocks, where a watcher has told it."""
        self._queue: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in self._link.events():
                with contextlib.suppress(json.JSONDecodeError):
                    self._queue.put(json.loads(line))
        self._queue.put(None)

    def event(self, timeout: float) -> dict[str, Any] | None:
        """The next event; None when there will be no more. Raises TimeoutError."""
        until = time.monotonic() + timeout
        while True:
            # An interruption that is no signal, as Ray's, is heard between two waits.
            left = max(0.0, until - time.monotonic())
            try:
                return self._queue.get(timeout=min(left, LONGEST_WAIT))
            except queue.Empty:
                if left <= LONGEST_WAIT:
                    raise TimeoutError from None

    def send(self, command: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._link.send(json.dumps(command).encode() + b"\n")

    def kill(self) -> None:
        """Ends the process and its group; the events that it sent before are still there."""
        self._link.kill()
        if self.number is not None:
            # The watcher ends it when we hang up; a block may have ended the watcher.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.number, signal.SIGKILL)

    def lines_of(self, filename: str) -> list[int]:
        """The lines of `filename` on which the process is, innermost first; it need not be able to answer."""
        number = self.number or self._link.number
        if number is None or not hasattr(signal, "SIGUSR1"):
            return []
        told = self.folder / "results" / WHERE
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGUSR1)
        deadline = time.monotonic() + WHERE_SECONDS
        while time.monotonic() < deadline and not _size(told):
            time.sleep(0.01)
        pattern = re.compile(rf'^  File "{re.escape(filename)}", line (\d+) in ', re.MULTILINE)
        with contextlib.suppress(OSError):
            return [int(line) for line in pattern.findall(told.read_text("utf-8", "replace"))]
        return []

    def close(self) -> None:
        """Ends it, waits until it has, and removes its folder."""
        self.kill()
        self._reader.join(END_SECONDS)
        self._link.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._closed(self)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


class Link(Protocol):
    """The way to one process."""

    number: int | None
    """The process, where the link knows it."""

    def events(self) -> Iterator[bytes]: ...
    def send(self, data: bytes) -> None: ...
    def kill(self) -> None: ...
    def close(self) -> None: ...


class ForkedLink:
    """To a process that a server forked: hanging up ends it and all that it started."""

    def __init__(self, server: Server, *, alone: bool = False, to_search: bool = False) -> None:
        """`alone`: the server has no other process, and ends with this one."""
        self.server = server
        self.alone = alone
        self.connection = server.connect(to_search=to_search)
        self.number: int | None = None

    def events(self) -> Iterator[bytes]:
        with self.connection.makefile("rb") as file:
            yield from file

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.connection.close()
        if self.alone:
            self.server.close()


class NewLink:
    """To a new interpreter where there is no fork: its standard input and output."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.number: int | None = process.pid

    def events(self) -> Iterator[bytes]:
        assert self.process.stdout
        yield from self.process.stdout
        yield json.dumps({"event": "exit", "status": self.process.wait()}).encode() + b"\n"

    def send(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def kill(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def close(self) -> None:
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()
