"""The folders of a process of blocks: where it works, and where it leaves what it shows."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dlexamples.paths import WORKING_FOLDER
from dlexamples.run.inside.remove import remove as remove_tree

if TYPE_CHECKING:
    from pathlib import Path


def scratch(folder: Path) -> Path:
    """Its home, that it may write to."""
    return folder / "scratch"


def working(folder: Path) -> Path:
    return scratch(folder).joinpath(*WORKING_FOLDER)


def results(folder: Path) -> Path:
    """Output, figures, and where it is."""
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
