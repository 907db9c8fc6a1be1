"""How much a run may take: what the kernel counts for a process, it limits; what a run takes together is watched."""

from __future__ import annotations

import contextlib
import os
import resource
import stat
import time
from collections.abc import Iterator
from io import FileIO
from itertools import islice
from typing import Any

from .kernel import IS_LINUX

MOST_OPEN_FILES = 4096
TASKS_A_PROCESS = 8
"""Threads count as processes do, for the kernel."""
SECONDS = 0.1
"""Between two looks at a run."""
PIECE = 4096
"""Bytes; the kernel gives no more of such a file at once."""
DISK_SHARE = 20
"""Looking at the files takes at most one part in so many of the time."""
_KINDS = sorted({value for name, value in vars(resource).items() if name.startswith("RLIMIT_")})
_COUNTS_BY_NAMESPACE = (5, 14)
"""Before, RLIMIT_NPROC counted all processes of the user, here and elsewhere."""


def limit(asked: dict[str, Any], *, gpu: bool) -> None:
    """The kernel's limits for this process and each one that it starts: an allocation raises MemoryError, a write
    OSError (EFBIG), a fork OSError (EAGAIN).

    A GPU's memory, and the host's with it, is mapped at once: with one the address space tells nothing.
    """
    _at_most(resource.RLIMIT_CORE, 0)
    _at_most(resource.RLIMIT_NOFILE, MOST_OPEN_FILES)
    # Less than all files together: what goes on after the OSError has room left, and is not ended for it.
    _at_most(resource.RLIMIT_FSIZE, asked["disk"] * 15 // 16)
    if not gpu:
        _at_most(resource.RLIMIT_AS, _pages("self")[0] + asked["memory"])
    if asked["namespaces"] and _kernel() >= _COUNTS_BY_NAMESPACE:
        _at_most(resource.RLIMIT_NPROC, asked["processes"] * TASKS_A_PROCESS)


class Watch:
    """Looks, from outside, at what the run takes together."""

    def __init__(self, asked: dict[str, Any] | None, folder: str) -> None:
        self.asked = asked if IS_LINUX else None
        self.folder = folder
        self.base = _pages("self")[1] if self.asked else 0
        """Bytes that each forked process has from the start, and shares."""
        self.next_look = time.monotonic() + SECONDS
        self.next_files = 0.0
        self.granted = granted() if self.asked else ()

    def is_hindered(self) -> bool:
        """The run has changed what this process may have, so that it would see nothing any more."""
        return bool(self.asked) and granted() != self.granted

    @property
    def milliseconds(self) -> float | None:
        """How long to wait for something else before the next look; None for ever."""
        return max(0.0, self.next_look - time.monotonic()) * 1000 if self.asked else None

    def exceeded(self) -> tuple[str, int] | None:
        """`memory`, `processes` or `disk`, and the limit in bytes or as a number; None where all is well."""
        if not self.asked or time.monotonic() < self.next_look:
            return None
        self.next_look = time.monotonic() + SECONDS
        found = list(islice(descendants("self"), self.asked["processes"] + 1))
        if len(found) > self.asked["processes"]:
            return "processes", self.asked["processes"]
        if sum(max(0, _pages(process)[1] - self.base) for process in found) > self.asked["memory"]:
            return "memory", self.asked["memory"]
        if time.monotonic() >= self.next_files:
            began = time.monotonic()
            used = _in_folder(self.folder) + _unlinked(found)
            self.next_files = time.monotonic() + (time.monotonic() - began) * DISK_SHARE
            if used > self.asked["disk"]:
                return "disk", self.asked["disk"]
        return None


def granted() -> tuple[object, ...]:
    """What the kernel lets this process have: any process of the same user may change it (prlimit(2))."""
    return tuple(map(resource.getrlimit, _KINDS)), os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0)


def descendants(process: int | str) -> Iterator[int]:
    """The processes that `process`, or "self", has started, and those that they have; what ends meanwhile is left
    out."""
    for child in children(process):
        yield child
        yield from descendants(child)


def children(process: int | str) -> Iterator[int]:
    """Those that it has started, by the numbers of the namespace that /proc shows; none where it does not tell."""
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{process}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{process}/task/{thread}/children", "rb", 0) as file:
                yield from _numbers(file)


def _numbers(file: FileIO) -> Iterator[int]:
    """Piece by piece: of a fork bomb's thousands, which the kernel takes long to list, the first are enough."""
    rest = b""
    while piece := file.read(PIECE):
        *whole, rest = (rest + piece).split(b" ")
        yield from map(int, filter(None, whole))
    if rest.strip():
        yield int(rest)


def _pages(process: int | str) -> tuple[int, int]:
    """Bytes of address space, and in memory (proc(5), statm)."""
    with contextlib.suppress(OSError, IndexError), open(f"/proc/{process}/statm") as file:
        size, resident, *_ = map(int, file.read().split())
        return size * resource.getpagesize(), resident * resource.getpagesize()
    return 0, 0


def _in_folder(folder: str) -> int:
    """Bytes on the disk of the files in it."""
    total = 0
    waiting = [folder]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return total


def _unlinked(processes: list[int]) -> int:
    """Bytes of files that are open and have no name any more."""
    found: dict[tuple[int, int], int] = {}
    for process in processes:
        with contextlib.suppress(OSError), os.scandir(f"/proc/{process}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode) and not status.st_nlink:
                        found[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(found.values())


def _at_most(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _kernel() -> tuple[int, ...]:
    """Its version: major, minor."""
    return tuple(int(part) for part in os.uname().release.split(".")[:2])
