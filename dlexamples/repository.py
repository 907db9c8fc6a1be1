"""Where a file lies in its repository: the path that git, and what reads a machine's report, knows it by."""

from __future__ import annotations

import os
from pathlib import Path


def name_of(path: Path) -> str:
    """From the top of the repository where there is one, else from the working folder, with forward slashes."""
    here = path.absolute().parent
    top = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), Path.cwd())
    return Path(os.path.relpath(path, top)).as_posix()
