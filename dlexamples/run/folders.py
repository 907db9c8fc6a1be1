"""The folders of a process of blocks: where it works, and where it leaves its figures."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.paths import WORKING_FOLDER
from dlexamples.run.inside.remove import remove as remove_tree

if TYPE_CHECKING:
    from pathlib import Path

READERS = b"/home/reader"


def scratch(folder: Path) -> Path:
    """Its home, that it may write to."""
    return folder / "scratch"


def working(folder: Path) -> Path:
    return scratch(folder).joinpath(*WORKING_FOLDER)


@dataclass(frozen=True, slots=True)
class Home:
    """The name of the folder that a run has for its home: another one each time. Reports tell a reader's instead."""

    path: bytes

    def told(self, data: bytes) -> bytes:
        """The same as a report has it: whatever a run prints or raises may hold the name."""
        return data.replace(self.path, READERS)


def home(folder: Path) -> Home:
    return Home(os.fsencode(scratch(folder.resolve())))


def results(folder: Path) -> Path:
    """Figures; of a new interpreter also what it writes."""
    return folder / "results"


def make(folder: Path) -> None:
    working(folder).mkdir(parents=True)
    results(folder).mkdir()


def remove(folder: Path) -> None:
    """Once nothing runs in it any more. What cannot be removed stays."""
    with contextlib.suppress(OSError):
        remove_tree(str(folder))


def empty(folder: Path) -> None:
    """Takes away the results, once the run has ended; what else it left its lane has taken. Raises OSError."""
    for path in results(folder).iterdir():
        path.unlink()
