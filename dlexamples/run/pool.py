"""The parent's side: warm servers, the processes that they fork, and new interpreters where nothing is kept warm.

Nothing of a framework is imported here.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dlexamples.run.environment import inherited
from dlexamples.run.job import SEED
from dlexamples.run.side_by_side import thread_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

INSIDE = Path(__file__).parent / "inside"
START_SECONDS = 180.0
"""How long a server or a new process may take to import its frameworks."""
FORKS_QUICKLY = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""A server's memory in huge pages (glibc 2.35): a fork copies an entry a page, and with torch or TensorFlow in memory
most of its time goes there. Elsewhere it changes nothing."""
LONGEST_WAIT = 1.0
MOST_SERVERS = 4
"""Servers that wait at once."""
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

    def __init__(self, server: Server, *, alone: bool) -> None:
        """`alone`: the server has no other process, and ends with this one."""
        self.server = server
        self.alone = alone
        self.connection = server.connect()
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


class Server:
    """One warm process for one framework set, and the packages `beside` those that are installed."""

    def __init__(self, modules: Sequence[str], beside: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.path = folder / "socket"
        self.process = subprocess.Popen(
            [sys.executable, str(INSIDE), "server", str(self.path), beside, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Keras makes its folder as it is imported: not in the author's home.
            env={**environment, **FORKS_QUICKLY, "KERAS_HOME": str(folder / "keras")},
            start_new_session=True,
        )
        self._has = set(modules)
        self._lock = threading.Lock()
        self.users = 0
        """Processes that it forks, or has forked, and that are not closed."""

    def preload(self, modules: Sequence[str]) -> None:
        """Imports them before it forks next, where it has not already."""
        with self._lock:
            missing = [name for name in modules if name not in self._has]
            self._has.update(missing)
            if missing and self.process.stdin:
                with contextlib.suppress(OSError):
                    self.process.stdin.write(" ".join(missing).encode() + b"\n")
                    self.process.stdin.flush()

    def connect(self) -> socket.socket:
        """Waits for the server to listen; what it still imports delays the answer, not the connection."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(self.path))
                return connection
            except OSError:
                connection.close()
            if self.process.poll() is not None:
                raise RuntimeError(f"the warm process ended with status {self.process.returncode} while it started")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the warm process did not start within {START_SECONDS:.0f} s")
            time.sleep(0.01)

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=2)
            return
        self.process.kill()
        self.process.wait()


class Pool:
    """Starts processes of blocks; a context manager that leaves neither a process nor a folder behind."""

    def __init__(self, *, fork: bool | None = None, lanes: int = 1) -> None:
        """`lanes`: how many sessions run at once; each computes with its share of the cores."""
        self.fork = forks() if fork is None else fork
        self.folder = _folder()
        self.environment = {**server_environment(), **thread_limits(lanes)}
        self.most_servers = max(lanes, MOST_SERVERS)
        self._servers: dict[tuple[tuple[str, ...], str], Server] = {}
        """The one that was asked for last comes last."""
        self._live: set[Process] = set()
        self._lock = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """From any thread: what runs in others is ended, and nothing is started any more."""
        with self._lock:
            self._is_closed = True
            servers, processes = list(self._servers.values()), list(self._live)
            self._servers.clear()
        for process in processes:
            process.kill()
        for server in servers:
            server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def warm(self, modules: tuple[str, ...], on_first_use: Sequence[str] = (), beside: str = "") -> None:
        """Starts the server for `modules` and does not wait for it: several import side by side. `beside`: a folder
        of packages that comes last on its path."""
        if self.fork:
            self._server(modules, beside).preload(on_first_use)

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))

    def start(self, job: dict[str, Any], folder: Path) -> Process:
        """A process that runs `job`; its folder goes when it is closed. Raises RuntimeError once the pool is closed."""
        process = self._forked(job, folder) if can_fork() else self._new(job, folder)
        process.send(job)
        return process

    def _server(self, modules: tuple[str, ...], beside: str, *, use: bool = False) -> Server:
        with self._lock:
            self._require_open()
            server = self._servers.pop((modules, beside), None)
            if server is None:
                self._make_room()
                server = Server(modules, beside, self.new_folder(), self.environment)
            self._servers[modules, beside] = server
            server.users += use
            return server

    def _make_room(self) -> None:
        """Each server holds its frameworks in memory: of many, the one that has been idle for longest goes."""
        idle = [key for key, server in self._servers.items() if not server.users]
        if len(self._servers) >= self.most_servers and idle:
            server = self._servers.pop(idle[0])
            server.close()
            shutil.rmtree(server.folder, ignore_errors=True)

    def _require_open(self) -> None:
        if self._is_closed:
            raise RuntimeError("nothing is run any more")

    def _kept(self, folder: Path, link: Link, server: Server | None = None) -> Process:
        """The process, known until it is closed."""

        def forget(process: Process) -> None:
            with self._lock:
                if server and process in self._live:
                    server.users -= 1
                self._live.discard(process)

        process = Process(folder, link, forget)
        with self._lock:
            self._live.add(process)
            if self._is_closed:
                process.kill()
        return process

    def _forked(self, job: dict[str, Any], folder: Path) -> Process:
        modules, beside = tuple(job["preload"]), job["beside"]
        if not self.fork:
            alone = Server(modules, beside, self.new_folder(), self.environment)
            return self._kept(folder, ForkedLink(alone, alone=True))
        server = self._server(modules, beside, use=True)
        server.preload(job["on_first_use"])
        return self._kept(folder, ForkedLink(server, alone=False), server)

    def _new(self, job: dict[str, Any], folder: Path) -> Process:
        process = subprocess.Popen(
            [sys.executable, str(INSIDE), "worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**self.environment, **job["environment"]},
            start_new_session=True,
        )
        return self._kept(folder, NewLink(process))


def forks() -> bool:
    """Whether servers stay warm: `DLEXAMPLES_SERVER=off` starts one for each run, for what may depend on that."""
    return can_fork() and os.environ.get("DLEXAMPLES_SERVER") != "off"


def can_fork() -> bool:
    """Forking a process with frameworks in it is safe on Linux; macOS's system libraries forbid it."""
    return hasattr(os, "fork") and sys.platform.startswith("linux")


def _folder() -> Path:
    """A new folder whose name is short enough for a Unix socket in it (108 bytes on Linux, unix(7))."""
    folder = Path(tempfile.mkdtemp(prefix="dlexamples-"))
    if len(str(folder)) <= 70:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="dlexamples-", dir="/tmp" if os.name == "posix" else None))


def server_environment() -> dict[str, str]:
    return {
        **inherited(),
        "PYTHONHASHSEED": str(SEED),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "MPLBACKEND": "Agg",
    }
