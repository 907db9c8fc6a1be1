"""The parent's side of one process of blocks: events out, commands in, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import socket
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from dlexamples.run import folders
from dlexamples.run.connection import LONGEST_WAIT, Connection, parsed, ready
from dlexamples.run.inside.shown import WRITTEN
from dlexamples.run.lane import END_SECONDS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from dlexamples.run.lane import Lane
    from dlexamples.run.output import Output

OF_LANES = {"process", "limit", "exit", "lost"}
"""Events that only a lane may tell, and the last, which is told of it: that it ended before it had begun the run."""
WHERE_SECONDS, MOST_FRAMES = 0.3, 1_000_000
"""How long a process that hangs may take to tell its lines, and how many bytes of them are read."""


class Process:
    """One process of blocks: events out, commands in, and its folder while it lives."""

    def __init__(self, link: Link, closed: Callable[[Process], None]) -> None:
        """`closed` is told when it has been closed."""
        self.folder, self.home, self.output = link.folder, link.home, link.output
        self._link = link
        self._closed = closed

    def event(self, timeout: float) -> dict[str, Any] | None:
        """The next event; None when there will be no more. Raises TimeoutError."""
        return self._link.event(timeout)

    def send(self, command: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._link.send(json.dumps(command).encode() + b"\n")

    def kill(self) -> None:
        """Ends the process and its group; the events that it sent before are still there."""
        self._link.kill()

    def lines_of(self, filename: str) -> list[int]:
        """The lines of `filename` on which the process is, innermost first; it need not be able to answer."""
        number = self._link.number
        if number is None or not hasattr(signal, "SIGUSR1"):
            return []
        where = WRITTEN.index("where")
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGUSR1)
        deadline = time.monotonic() + WHERE_SECONDS
        while time.monotonic() < deadline and not self.output.size(where):
            time.sleep(0.01)
        pattern = re.compile(rf'^  File "{re.escape(filename)}", line (\d+) in ', re.MULTILINE)
        told = self.output.read(where, 0, MOST_FRAMES).decode("utf-8", "replace")
        return [int(line) for line in pattern.findall(told)]

    def close(self) -> None:
        """Ends it, waits until it has, and removes what it has left."""
        self.kill()
        self._link.close()
        self._closed(self)

    def give_up(self) -> None:
        """Ends it, from any thread, and whatever would run another one."""
        self.kill()
        self._link.give_up()


class Link(Protocol):
    """The way to one process."""

    folder: Path
    home: folders.Home
    output: Output
    number: int | None
    """The process, while it is there and where the link knows it."""

    def event(self, timeout: float) -> dict[str, Any] | None:
        """The next; None when there will be no more. Raises TimeoutError."""

    def send(self, data: bytes) -> None: ...
    def kill(self) -> None: ...
    def close(self) -> None:
        """Waits for its end; its folder goes, or is emptied."""

    def give_up(self) -> None: ...


class ForkedLink:
    """To a process that a lane forks: hanging up ends it and all that it started.

    How it ends only the lane can say; what comes over the connection may come from a block.
    """

    def __init__(self, lane: Lane, closed: Callable[[Lane], None]) -> None:
        """`closed` gets the lane once the process has ended. Raises OSError where the lane has."""
        self.lane = lane
        self.folder, self.home, self.output = lane.folder, folders.home(lane.folder), lane.output
        self.number: int | None = None
        connection, theirs = socket.socketpair()
        written = lane.output.opened()
        with theirs:
            try:
                socket.send_fds(lane.control.socket, [b"."], [theirs.fileno(), *written])
            except OSError:
                connection.close()
                raise
            finally:
                for each in written:
                    os.close(each)
        self.connection = Connection(connection)
        self._closed = closed
        self._last: deque[dict[str, Any]] = deque()
        """What the lane has told of the run's end."""
        self._began = self._ended = False

    def event(self, timeout: float) -> dict[str, Any] | None:
        until = time.monotonic() + timeout
        while True:
            if (line := self.connection.next()) is not None:
                if (event := parsed(self.home.told(line))) and event["event"] not in OF_LANES:
                    return event
            elif self._ended and not self._has_more():
                return self._last.popleft() if self._last else None
            elif not self._ended:
                self._read(until)

    def _has_more(self) -> bool:
        """Once all of the run's processes are gone: what they have sent before."""
        try:
            for connection in ready([self.connection] * self.connection.is_open, 0):
                connection.read()
        except TimeoutError:
            return False
        return self.connection.is_open

    def _read(self, until: float) -> None:
        control = self.lane.control
        for connection in ready((self.connection, control), until):
            connection.read()
        while not self._ended and (line := control.next()) is not None:
            event = parsed(line) or {"event": ""}
            if event["event"] == "process":
                self.number, self._began = event["process"], True
            elif event["event"] in OF_LANES:
                self._last.append(event)
            self._ended = event["event"] == "exit"
        if not control.is_open and not self._ended:
            self._end_group()  # Where nothing keeps them apart, a block may have ended the lane.
            self._ended = True
            if not self._began:
                self._last.append({"event": "lost"})
        if self._ended:
            self.number = None  # It may soon be another's.

    def send(self, data: bytes) -> None:
        self.connection.socket.sendall(data)

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.socket.shutdown(socket.SHUT_WR)
        self._end_group()

    def _end_group(self) -> None:
        if self.number is not None and self.number > 1:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.number, signal.SIGKILL)

    def close(self) -> None:
        with contextlib.suppress(TimeoutError):
            until = time.monotonic() + END_SECONDS
            while self.event(until - time.monotonic()) is not None:
                pass
        self.connection.socket.close()
        self._closed(self.lane)

    def give_up(self) -> None:
        self.lane.hang_up()


class NewLink:
    """To a new interpreter where there is no fork: its standard input and output."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, output: Output) -> None:
        self.process = process
        self.folder, self.home, self.output = folder, folders.home(folder), output
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

    def event(self, timeout: float) -> dict[str, Any] | None:
        until = time.monotonic() + timeout
        while True:
            left = max(0.0, until - time.monotonic())
            try:
                line = self._lines.get(timeout=min(left, LONGEST_WAIT))
            except queue.Empty:
                if left <= LONGEST_WAIT:
                    raise TimeoutError from None
                continue
            if line is None:
                return None
            if event := parsed(self.home.told(line)):
                return event

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
        self.output.close()
        folders.remove(self.folder)

    def give_up(self) -> None:
        pass
