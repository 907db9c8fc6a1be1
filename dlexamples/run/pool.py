"""The parent's side: warm servers, the processes that they fork, and new interpreters where nothing is kept warm.

Nothing of a framework is imported here.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.run import folders
from dlexamples.run.ahead import Learned, Opening
from dlexamples.run.connection import Connection
from dlexamples.run.environment import inherited
from dlexamples.run.job import SEED
from dlexamples.run.lane import Lane
from dlexamples.run.output import named, unnamed
from dlexamples.run.process import ForkedLink, NewLink, Process
from dlexamples.run.side_by_side import thread_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dlexamples.model import Environment
    from dlexamples.run.ahead import Import, Place
    from dlexamples.run.lane import Use, Walls
    from dlexamples.run.process import Link

INSIDE = Path(__file__).parent / "inside"
START_SECONDS = 180.0
"""How long a server or a new process may take to import its frameworks."""
FORKS_QUICKLY = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""A server's memory in huge pages (glibc 2.35): a fork copies an entry a page, and with torch or TensorFlow in memory
most of its time goes there. Elsewhere it changes nothing."""
MOST_SERVERS = 4
"""Servers that wait at once."""
MOST_WAITING = 4
"""Lanes of a server that do; of more, the one that has waited for longest goes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a server has ready."""

    modules: tuple[str, ...] = ()
    """That it imports."""
    beside: str = ""
    """A folder of packages that comes last on its path."""
    alone: bool = False
    """And no other of installed packages is on it."""
    namespaces: bool = False
    """Its runs get some of their own."""


def kind_of(modules: tuple[str, ...], environment: Environment, walls: Walls) -> Kind:
    namespaces = walls.shut_in is not None and walls.shut_in.namespaces
    return Kind(modules, environment.folder, environment.alone, namespaces)


class Server:
    """One warm process for one framework set."""

    def __init__(self, kind: Kind, folder: Path, environment: Mapping[str, str]) -> None:
        self.path, self.search_path = folder / "runs", folder / "search"
        self.folder = folder
        namespaces = "namespaces" if kind.namespaces else ""
        self.process = subprocess.Popen(
            [
                *_interpreter(kind.alone),
                str(INSIDE),
                "server",
                str(self.path),
                str(self.search_path),
                kind.beside,
                namespaces,
                *kind.modules,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Keras makes its folder as it is imported: not in the author's home.
            env={**environment, **FORKS_QUICKLY, "KERAS_HOME": str(folder / "keras")},
            start_new_session=True,
        )
        self.users = 0
        """Processes that it forks, or has forked, and that are not closed."""
        self._waiting: list[Lane] = []

    def waiting(self, use: Use) -> Lane | None:
        """A lane that waits and is there for this; it waits no more."""
        found = next((lane for lane in self._waiting if lane.use == use), None)
        if found:
            self._waiting.remove(found)
        return found

    def take_back(self, lane: Lane) -> None:
        self._waiting.append(lane)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.pop(0).close()

    def connect(self, *, to_search: bool = False) -> socket.socket:
        """To a new lane, for verdicts or `to_search` for mends. Waits for the server to listen; what it still
        imports delays the answer, not the connection."""
        path = self.search_path if to_search else self.path
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
        while self._waiting:
            self._waiting.pop().close()
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
        self.learned = Learned()
        self._servers: dict[Kind, Server] = {}
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
            process.give_up()
        for server in servers:
            server.close()
        folders.remove(self.folder)

    def opening(self, kind: Kind, walls: Walls, imports: Mapping[Place, Import]) -> Opening:
        """Nothing is made ahead where a lane ends with its only run: without namespaces."""
        if not (self.fork and kind.namespaces):
            return Opening(imports)
        return self.learned.opening((kind, walls), imports)

    def warm(self, kind: Kind) -> None:
        """Starts a server and does not wait for it: several import side by side."""
        self._require_open()
        if self.fork:
            self._server(kind)

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))

    def new_place(self) -> Path:
        """A folder for processes of blocks."""
        folder = self.new_folder()
        folders.make(folder)
        return folder

    def start(self, kind: Kind, use: Use, job_in: Callable[[Path], dict[str, Any]]) -> Process:
        """A process that runs what `job_in` says of its folder. Raises RuntimeError once the pool is closed."""
        self._require_open()
        if not can_fork():
            return self._new(job_in)
        process = self._forked(kind, use)
        try:
            process.send(job_in(process.folder))
        except BaseException:
            process.close()
            raise
        return process

    def _server(self, kind: Kind, *, use: bool = False) -> Server:
        with self._lock:
            self._require_open()
            server = self._servers.pop(kind, None)
            if server is None:
                self._make_room()
                server = Server(kind, self.new_folder(), self.environment)
            self._servers[kind] = server
            server.users += use
            return server

    def _make_room(self) -> None:
        """Each server holds its frameworks in memory: of many, the one that has been idle for longest goes."""
        idle = [key for key, server in self._servers.items() if not server.users]
        if len(self._servers) >= self.most_servers and idle:
            server = self._servers.pop(idle[0])
            server.close()
            folders.remove(server.folder)

    def _require_open(self) -> None:
        if self._is_closed:
            raise RuntimeError("nothing is run any more")

    def _kept(self, link: Link, server: Server | None = None) -> Process:
        """The process, known until it is closed."""

        def forget(process: Process) -> None:
            with self._lock:
                if server and process in self._live:
                    server.users -= 1
                self._live.discard(process)

        process = Process(link, forget)
        with self._lock:
            self._live.add(process)
            if self._is_closed:
                process.give_up()
        return process

    def _forked(self, kind: Kind, use: Use) -> Process:
        if not self.fork:
            own = Server(kind, self.new_folder(), self.environment)

            def end(lane: Lane) -> None:
                lane.close()
                own.close()

            return self._kept(ForkedLink(self._new_lane(own, use), end))
        server = self._server(kind, use=True)

        def take_back(lane: Lane) -> None:
            is_ready = lane.is_ready()
            with self._lock:
                if is_ready and not self._is_closed:
                    server.take_back(lane)
                    return
            lane.close()

        while True:
            with self._lock:
                lane = server.waiting(use)
            lane = lane or self._new_lane(server, use)
            try:
                return self._kept(ForkedLink(lane, take_back), server)
            except OSError:  # It has ended since.
                lane.close()

    def _new_lane(self, server: Server, use: Use) -> Lane:
        folder = self.new_place()
        connection = Connection(server.connect(to_search=use.to_search))
        return Lane(connection, folder, unnamed(folders.results(folder)), use)

    def _new(self, job_in: Callable[[Path], dict[str, Any]]) -> Process:
        folder = self.new_place()
        job, output = job_in(folder), named(folders.results(folder))
        process = subprocess.Popen(
            [*_interpreter(job["alone"]), str(INSIDE), "worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**self.environment, **job["environment"]},
            start_new_session=True,
        )
        started = self._kept(NewLink(process, folder, output))
        started.send(job)
        return started


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
