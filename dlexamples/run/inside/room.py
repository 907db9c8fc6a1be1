"""What a lane and the runs that it forks have of the machine: namespaces, mounts and rules, made once for all of them.

What a run leaves in it the lane takes away before the next one; what cannot be taken away ends the lane.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import Any

from .kernel import call
from .limits import granted
from .mounts import SHARED
from .remove import remove

_KEYCTL = {"x86_64": 250, "aarch64": 219}
"""By `uname -m`: the number of keyctl(2)."""
_KEYCTL_CLEAR, _RINGS = 7, (-4, -5)
_LAST_NUMBER = "/proc/sys/kernel/ns_last_pid"

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
        self.files: dict[str, State] = {}
        """That were made as it was settled: a font list, a configuration."""
        self.times: dict[str, tuple[int, int]] = {}
        self.others: State = ()

    def look_round(self) -> None:
        """What is here now is what each run finds."""
        self.folders = {path: _state(path) for top in (self.top, SHARED) for path in _folders(top)}
        self.files = {path: _file_state(path) for folder in self.folders for path in _files(folder)}
        self.times = {path: _times(path) for path in self.folders}
        self.others = self._others()

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
            _clear_keys()
            for path, times in self.times.items():
                os.utime(path, ns=times, follow_symlinks=False)
            return (
                {path: _state(path) for path in self.folders} == self.folders
                and {path: _file_state(path) for path in self.files} == self.files
                and self._others() == self.others
            )
        except OSError:
            return False

    def _others(self) -> State:
        """What else a run may change."""
        return granted(), b"" if self.has_network else _traffic()

    def _clear(self, folder: str) -> None:
        """The files of its results are the parent's to read, and to take away."""
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.path in self.folders or entry.path in self.files:
                    continue
                if folder == self.results and entry.is_file(follow_symlinks=False):
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


def _files(folder: str) -> list[str]:
    """Of what is in it, all that are no folders."""
    with os.scandir(folder) as entries:
        return [entry.path for entry in entries if not entry.is_dir(follow_symlinks=False)]


def _file_state(path: str) -> State:
    """Whatever is done to it changes the last (inode(7), ctime), and no call sets that."""
    found = os.lstat(path)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _times(path: str) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_atime_ns, found.st_mtime_ns


def _traffic() -> bytes:
    """What the network of its own has carried (proc(5), /proc/net/dev). Connections outlive their processes: a port
    stays taken for a minute (TIME-WAIT of RFC 9293, 3.6.1)."""
    with open("/proc/net/dev", "rb") as file:
        return file.read()


def _clear_keys() -> None:
    """Of the rings that a user has in this namespace (keyrings(7)): never the author's, since each user namespace has
    its own from Linux 5.3 on, and there is no room before 5.12 (`mounts`).

    Raises OSError where a run keeps us from it; where there are none, or a container's filter forbids them, there is
    nothing to clear.
    """
    number = _KEYCTL.get(os.uname().machine)
    try:
        for ring in _RINGS if number else ():
            call("syscall", number, _KEYCTL_CLEAR, ring, 0, 0, 0)
    except OSError as error:
        if error.errno not in {errno.ENOSYS, errno.EPERM}:
            raise
