"""The parent's side of what a run writes: standard output, standard error, and where it is when it hangs.

The files have no name that a block could reach. A lane keeps them for all of its runs, each of which gets descriptors
of its own: some file systems take long to make a file where many were removed (ext4 passes over those of the last
seconds).
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from dlexamples.run.inside.shown import WRITTEN

if TYPE_CHECKING:
    from pathlib import Path

_MODE = 0o600
"""Of a file that `tempfile` makes."""


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """Open files, in the order of `WRITTEN`."""

    files: tuple[IO[bytes], ...]

    def opened(self) -> list[int]:
        """Descriptors for one run, which share neither a position nor flags with those of another. The caller closes
        them."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        return [os.open(f"/proc/self/fd/{file.fileno()}", flags) for file in self.files]

    def size(self, number: int) -> int:
        return os.fstat(self.files[number].fileno()).st_size

    def read(self, number: int, start: int, end: int) -> bytes:
        self.files[number].seek(start)
        return self.files[number].read(max(0, end - start))

    def empty(self) -> None:
        """For the next run. Raises OSError where the last one has changed more than what is in them."""
        for file in self.files:
            found = os.fstat(file.fileno())
            if found.st_mode & 0o7777 != _MODE or os.listxattr(file.fileno()):
                raise OSError(f"a run has changed {file.name}")
            if found.st_size:
                os.ftruncate(file.fileno(), 0)

    def close(self) -> None:
        for file in self.files:
            file.close()


def unnamed(folder: Path) -> Output:
    """Of a lane, whose runs get them passed."""
    return Output(tuple(tempfile.TemporaryFile(dir=folder, buffering=0) for _ in WRITTEN))


def named(folder: Path) -> Output:
    """Of a new interpreter, which opens them by their names."""
    return Output(tuple((folder / name).open("w+b", buffering=0) for name in WRITTEN))
