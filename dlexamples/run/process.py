"""The parent's side of one process of blocks: events out, commands in, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import select
import signal
import socket
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from dlexamples.run import folders

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from dlexamples.run.lane import Lane

LONGEST_WAIT = 1.0
PIECE = 1 << 16
"""Bytes that are read at once."""
WHERE, WHERE_SECONDS = "where", 0.3
"""The file to which a process that hangs tells its lines, and how long it may take to."""
END_SECONDS = 10.0
"""How long a killed process may take to be gone."""


class Process:
    """One process of blocks: events out, commands in, and its folder while it lives."""

    def __init__(self, link: Link, closed: Callable[[Process], None]) -> None:
        """`closed` is told when it has been closed."""
        self.folder = link.folder
        self._link = link
        self._closed = closed
        self.number: int | None = None
        """The process of the blocks, where a watcher has told it."""

    def event(self, timeout: float) -> dict[str, Any] | None:
        """The next event; None when there will be no more. Raises TimeoutError."""
        until = time.monotonic() + timeout
        while (line := self._link.line(until - time.monotonic())) is not None:
            with contextlib.suppress(json.JSONDecodeError):
                event: dict[str, Any] = json.loads(line)
                return event
        return None

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
        told = folders.results(self.folder) / WHERE
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
        """Ends it, waits until it has, and removes what it has left."""
        self.kill()
        self._link.close()
        self._closed(self)

    def give_up(self) -> None:
        """Ends it, from any thread, and whatever would run another one."""
        self.kill()
        self._link.give_up()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


class Link(Protocol):
    """The way to one process."""

    folder: Path
    number: int | None
    """The process, where the link knows it."""

    def line(self, timeout: float) -> bytes | None:
        """The next that it sends; None when there will be no more. Raises TimeoutError."""

    def send(self, data: bytes) -> None: ...
    def kill(self) -> None: ...
    def close(self) -> None:
        """Waits for its end; its folder goes, or is emptied."""

    def give_up(self) -> None: ...


class ForkedLink:
    """To a process that a lane forks: hanging up ends it and all that it started."""

    def __init__(self, lane: Lane, closed: Callable[[Lane], None]) -> None:
        """`closed` gets the lane once the process has ended. Raises OSError where the lane has."""
        self.lane = lane
        self.folder = lane.folder
        self.number: int | None = None
        self.connection, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(lane.control, [b"."], [theirs.fileno()])
            except OSError:
                self.connection.close()
                raise
        self._closed = closed
        self._lines: deque[bytes] = deque()
        self._begun: list[bytes] = []
        """Pieces of a line that is not whole yet."""
        self._poll = select.poll()
        self._poll.register(self.connection, select.POLLIN)

    def line(self, timeout: float) -> bytes | None:
        until = time.monotonic() + timeout
        while not self._lines:
            # An interruption that is no signal, as Ray's, is heard between two waits.
            left = max(0.0, until - time.monotonic())
            if self._poll.poll(1000 * min(left, LONGEST_WAIT)):
                if not self._read():
                    return None
            elif left <= LONGEST_WAIT:
                raise TimeoutError
        return self._lines.popleft()

    def _read(self) -> bool:
        """False at the end."""
        try:
            data = self.connection.recv(PIECE)
        except OSError:
            return False
        if b"\n" in data:
            *whole, rest = b"".join([*self._begun, data]).split(b"\n")
            self._lines.extend(whole)
            self._begun = [rest]
        else:
            self._begun.append(data)
        return bool(data)

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        with contextlib.suppress(TimeoutError):
            until = time.monotonic() + END_SECONDS
            while self.line(until - time.monotonic()) is not None:
                pass
        self.connection.close()
        self._closed(self.lane)

    def give_up(self) -> None:
        self.lane.hang_up()


class NewLink:
    """To a new interpreter where there is no fork: its standard input and output."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.number: int | None = process.pid
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with contextlib.suppress(OSError, ValueError):
            for line in self.process.stdout:
                self._lines.put(line)
        self._lines.put(json.dumps({"event": "exit", "status": self.process.wait()}).encode())
        self._lines.put(None)

    def line(self, timeout: float) -> bytes | None:
        try:
            return self._lines.get(timeout=max(0.0, timeout))
        except queue.Empty:
            raise TimeoutError from None

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
        self._reader.join(END_SECONDS)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()
        folders.remove(self.folder)

    def give_up(self) -> None:
        pass
