"""What a lane and the runs that it forks have of the machine: namespaces, mounts and rules, made once for all of them.

What a run leaves in it the lane takes away before the next one; what cannot be taken away ends the lane.
"""

from __future__ import annotations

import contextlib
import os
import resource
from typing import Any

from .mounts import SHARED
from .remove import remove

_LAST_NUMBER = "/proc/sys/kernel/ns_last_pid"
_SOCKETS = ("/proc/net/sockstat", "/proc/net/sockstat6")

State = tuple[object, ...]


class Room:
    """Made by the first process of a namespace once its mounts are in place."""

    def __init__(self, job: dict[str, Any], processes: int, rules: int | None) -> None:
        """`processes`: the parent's /proc, as a descriptor; `rules`: Landlock's, likewise."""
        self.processes = processes
        self.rules = rules
        self.last_number: int | None = None
        with contextlib.suppress(OSError):
            self.last_number = os.open(_LAST_NUMBER, os.O_WRONLY)
        self.top: str = job["top"]
        self.results: str = job["results"]
        self.has_network: bool = job["network"]
        self.folders: dict[str, State] = {}
        self.granted: State = ()

    def look_round(self) -> None:
        """What is here now is what each run finds."""
        self.folders = {path: _state(path) for top in (self.top, SHARED) for path in _folders(top)}
        self.granted = _granted()

    def let_go(self) -> None:
        """In a forked process: what is the lane's is not its own, beside the rules."""
        for descriptor in (self.processes, self.last_number):
            if descriptor is not None:
                os.close(descriptor)

    def count_anew(self) -> None:
        """The next run's processes are numbered as the last one's (proc(5), ns_last_pid, Linux 3.3): a post that shows
        them gets the same report each time."""
        if self.last_number is not None:
            with contextlib.suppress(OSError):
                os.pwrite(self.last_number, b"1", 0)

    def number_outside(self) -> int | None:
        """Of the process that was forked last, as the parent counts; None where its /proc does not tell."""
        with contextlib.suppress(OSError, IndexError, ValueError):
            file = os.open("thread-self/children", os.O_RDONLY, dir_fd=self.processes)
            try:
                return int(os.read(file, 4096).split()[-1])
            finally:
                os.close(file)
        return None

    def cleared(self) -> bool:
        """Takes away what a run has left that has ended with all of its processes. False where something stays."""
        try:
            for path in self.folders:
                self._clear(path)
            same = all(_state(path) == state for path, state in self.folders.items())
            return same and _granted() == self.granted and (self.has_network or not _has_sockets())
        except (OSError, ValueError):
            return False

    def _clear(self, folder: str) -> None:
        """The files of its results are the parent's to read, and to take away."""
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.path in self.folders or (folder == self.results and entry.is_file(follow_symlinks=False)):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    remove(entry.path)
                else:
                    os.unlink(entry.path)


def _folders(top: str) -> list[str]:
    """Itself and those below it, if it is there."""
    return [path for path, _, _ in os.walk(top)]


def _state(path: str) -> State:
    """What a block may have changed of a folder: it is another one, its mode, its owner, its attributes and ACLs."""
    found = os.lstat(path)
    attributes: tuple[tuple[str, bytes], ...] = ()
    with contextlib.suppress(OSError):
        names = os.listxattr(path, follow_symlinks=False)
        attributes = tuple((name, os.getxattr(path, name, follow_symlinks=False)) for name in sorted(names))
    return found.st_dev, found.st_ino, found.st_mode, found.st_uid, found.st_gid, attributes


def _granted() -> State:
    """What the kernel lets this process have: any process of the same user may change it (prlimit(2))."""
    kinds = (value for name, value in vars(resource).items() if name.startswith("RLIMIT_"))
    limits = tuple(resource.getrlimit(kind) for kind in sorted(set(kinds)))
    return limits, os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0)


def _has_sockets() -> bool:
    """Connections outlive their processes: a port stays taken for a minute (proc(5), sockstat; TIME-WAIT of RFC 9293,
    3.6.1)."""
    for path in _SOCKETS:
        with open(path) as file:
            for line in file:
                kind, _, rest = line.partition(":")
                numbers = rest.split()
                found = dict(zip(numbers[::2], map(int, numbers[1::2]), strict=True))
                if kind in {"TCP", "TCP6"} and (found.get("inuse") or found.get("tw")):
                    return True
    return False
