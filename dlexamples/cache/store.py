"""Where entries lie: files that several processes share, or the memory of one.

A file is written beside its place and renamed into it: a process that is killed leaves no half of one. A lock is the
kernel's, and ends with the process that holds it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES = 256_000_000
"""Of all entries together."""
LONGEST = 600.0
"""Seconds to wait for another process that runs the same."""
DAY = 86_400.0
_OURS = re.compile(r"(\w+-)?[0-9a-f]{64}\.(json|lock)|\.[0-9a-f]{16}\.tmp")


class Store(Protocol):
    """Bytes by key."""

    def read(self, key: str) -> bytes | None: ...
    def write(self, key: str, data: bytes) -> None: ...
    def locked(self, key: str) -> contextlib.AbstractContextManager[None]:
        """For one at a time; entered all the same where the other one takes too long."""


class Memory:
    """Entries of one process."""

    def __init__(self) -> None:
        self._entries: dict[str, bytes] = {}

    def read(self, key: str) -> bytes | None:
        return self._entries.get(key)

    def write(self, key: str, data: bytes) -> None:
        self._entries[key] = data

    def locked(self, key: str) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class Disk:
    """A file an entry. A folder that cannot be written is read only; one that cannot be read is empty."""

    def __init__(self, folder: Path, run: str = "", most: int = MOST_BYTES) -> None:
        """`run`: a word by which the processes of one run find each other's entries, and no other's."""
        self.folder = folder
        self.most = most
        self._prefix = f"{run}-" if run else ""
        self._is_tidy = False

    def read(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # The oldest used is removed first.
        return data

    def write(self, key: str, data: bytes) -> None:
        beside = self.folder / f".{secrets.token_hex(8)}.tmp"
        try:
            self._make()
            beside.write_bytes(data)
            beside.replace(self._path(key))
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        if not self._is_tidy:
            self._is_tidy = True
            tidy(self.folder, self.most)

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(self._path(key).with_suffix(".lock"), timeout=LONGEST)
        try:
            self._make()
            lock.acquire()
        except (OSError, NotImplementedError, Timeout):
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def _path(self, key: str) -> Path:
        return self.folder / f"{self._prefix}{key}.json"

    def _make(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            # A cache in a project's folder is no part of the project.
            (self.folder / ".gitignore").write_text("*\n", "utf-8")


class Removed(NamedTuple):
    entries: int
    bytes: int


def clear(folder: Path) -> Removed:
    """Removes what is ours in `folder`, and it if nothing else is left."""
    removed = [status for name, status in _files(folder) if _remove(folder / name) and name.endswith(".json")]
    with contextlib.suppress(OSError):
        if [each.name for each in folder.iterdir()] == [".gitignore"]:
            (folder / ".gitignore").unlink()
            folder.rmdir()
    return Removed(len(removed), sum(status.st_size for status in removed))


def tidy(folder: Path, most: int = MOST_BYTES) -> None:
    """Removes the entries that were not used for longest until the rest fit, and what runs that have ended left."""
    kept: list[tuple[float, int, str]] = []
    for name, status in _files(folder):
        is_passing = "-" in name or not name.endswith(".json")
        if is_passing and time.time() - status.st_mtime > DAY:
            _remove(folder / name)
        elif name.endswith(".json"):
            kept.append((status.st_mtime, status.st_size, name))
    size = sum(each for _, each, _ in kept)
    for _, each, name in sorted(kept):
        if size <= most:
            return
        size -= each
        _remove(folder / name)


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            with contextlib.suppress(OSError):
                if _OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    yield entry.name, entry.stat()


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
