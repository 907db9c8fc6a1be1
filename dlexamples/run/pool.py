"""The parent's side: warm servers, the processes that they fork, and new interpreters where nothing is kept warm.

Nothing of a framework is imported here.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.run.environment import inherited
from dlexamples.run.job import SEED
from dlexamples.run.process import ForkedLink, NewLink, Process
from dlexamples.run.side_by_side import thread_limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dlexamples.run.process import Link

INSIDE = Path(__file__).parent / "inside"
START_SECONDS = 180.0
"""How long a server or a new process may take to import its frameworks."""
FORKS_QUICKLY = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""A server's memory in huge pages (glibc 2.35): a fork copies an entry a page, and with torch or TensorFlow in memory
most of its time goes there. Elsewhere it changes nothing."""
MOST_SERVERS = 4
"""Servers that wait at once."""


class Server:
    """One warm process for one framework set, and the packages `beside` those that are installed."""

    def __init__(
        self, modules: Sequence[str], beside: str, alone: bool, folder: Path, environment: Mapping[str, str]
    ) -> None:
        """`alone`: it sees `beside` and none of the packages that are installed."""
        self.folder = folder
        self.path = folder / "socket"
        self.process = subprocess.Popen(
            [*_interpreter(alone), str(INSIDE), "server", str(self.path), beside, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Keras makes its folder as it is imported: not in the author's home.
            env={**environment, **FORKS_QUICKLY, "KERAS_HOME": str(folder / "keras")},
            start_new_session=True,
        )
        self.beside = beside
        self.users = 0
        """Processes that it forks, or has forked, and that are not closed."""
        self._lock = threading.Lock()
        self._search: socket.socket | None = None
        self._cannot_search = False

    def connect(self, *, to_search: bool = False) -> socket.socket:
        """To a new process, for a verdict or `to_search` for mends. Waits for the server to listen; what it still
        imports delays the answer, not the connection."""
        return self._connected(self._searching() if to_search else self.path)

    def _searching(self) -> Path:
        """Where the server listens that has what looks for mends. It is forked when it is first asked for, and ends
        with its connection. Where a rule of another package does not import, each process that is asked says so."""
        path = self.folder / "search"
        with self._lock:
            if self._search is None:
                self._search = self._connected(self.path)
                self._search.settimeout(START_SECONDS)
                self._search.sendall(json.dumps({"search": str(path), "beside": self.beside}).encode() + b"\n")
                self._cannot_search = not self._search.recv(4096)
        return self.path if self._cannot_search else path

    def _connected(self, path: Path) -> socket.socket:
        deadline = time.monotonic() + START_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(path))
                return connection
            except OSError:
                connection.close()
            if self.process.poll() is not None:
                raise RuntimeError(f"the warm process ended with status {self.process.returncode} while it started")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the warm process did not start within {START_SECONDS:.0f} s")
            time.sleep(0.01)

    def close(self) -> None:
        if self._search:
            self._search.close()
        if self.process.stdin:
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=2)
            return
        self.process.kill()
        self.process.wait()


class Pool:
    """Starts processes of blocks; a context manager that leaves neither a process nor a folder behind."""

    def __init__(self, *, fork: bool | None = None, lanes: int = 1, servers: int = MOST_SERVERS) -> None:
        """`lanes`: how many sessions run at once; each computes with its share of the cores. `servers`: how many wait
        at once, at most."""
        self.fork = forks() if fork is None else fork
        self.folder = _folder()
        self.environment = {**server_environment(), **thread_limits(lanes)}
        self.most_servers = max(lanes, servers)
        self._servers: dict[tuple[tuple[str, ...], str, bool], Server] = {}
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

    def warm(self, modules: tuple[str, ...], beside: str = "", alone: bool = False) -> None:
        """Starts the server for `modules` and does not wait for it: several import side by side. `beside`: a folder
        of packages that comes last on its path; `alone`: and no other of installed packages is on it."""
        if self.fork:
            self._server(modules, beside, alone)

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))

    def start(self, job: dict[str, Any], folder: Path, *, to_search: bool = False) -> Process:
        """A process that runs `job`; its folder goes when it is closed. `to_search`: for no verdict, so that what looks
        for mends may be in it, if there is such a server (`fork`).

        Raises RuntimeError once the pool is closed.
        """
        process = self._forked(job, folder, to_search) if can_fork() else self._new(job, folder)
        process.send(job)
        return process

    def _server(self, modules: tuple[str, ...], beside: str, alone: bool, *, use: bool = False) -> Server:
        with self._lock:
            self._require_open()
            server = self._servers.pop((modules, beside, alone), None)
            if server is None:
                self._make_room()
                server = Server(modules, beside, alone, self.new_folder(), self.environment)
            self._servers[modules, beside, alone] = server
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

    def _forked(self, job: dict[str, Any], folder: Path, to_search: bool) -> Process:
        modules, beside, alone = tuple(job["preload"]), job["beside"], job["alone"]
        if not self.fork:
            own = Server(modules, beside, alone, self.new_folder(), self.environment)
            return self._kept(folder, ForkedLink(own, alone=True))
        server = self._server(modules, beside, alone, use=True)
        return self._kept(folder, ForkedLink(server, to_search=to_search), server)

    def _new(self, job: dict[str, Any], folder: Path) -> Process:
        process = subprocess.Popen(
            [*_interpreter(job["alone"]), str(INSIDE), "worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**self.environment, **job["environment"]},
            start_new_session=True,
        )
        return self._kept(folder, NewLink(process))


def _interpreter(alone: bool) -> list[str]:
    """Without `site` none of the folders is on the path into which installers put packages."""
    return [sys.executable, "-S"] if alone else [sys.executable]


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
