"""The contents of modules and packages that no installer answers for: an author's own."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FILES = 5_000
MOST_BYTES = 100_000_000
"""A package of more than either is not followed, and what imports it is run each time."""


class Contents(NamedTuple):
    digest: str
    """Empty when nothing is there."""
    modified: float
    """When the youngest file was, in seconds of the epoch."""


def contents(root: str) -> Contents | None:
    """Of a file, or of all files of a folder but compiled ones. None when they are too many."""
    total, youngest = 0, 0.0
    found: list[tuple[str, str]] = []
    for path in _files(root):
        try:
            status = os.stat(path)
            total += status.st_size
            if len(found) >= MOST_FILES or total > MOST_BYTES:
                return None
            found.append((os.path.relpath(path, root), _digest(path, status.st_mtime_ns, status.st_size)))
        except OSError:
            continue
        youngest = max(youngest, status.st_mtime)
    return Contents(hashlib.sha256(repr(found).encode()).hexdigest() if found else "", youngest)


def _files(root: str) -> Iterator[str]:
    """In an order that is the same everywhere."""
    if not os.path.isdir(root):
        yield root
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name != "__pycache__" and not name.startswith("."))
        yield from (os.path.join(folder, name) for name in sorted(names))


@lru_cache(maxsize=MOST_FILES)
def _digest(path: str, modified: int, size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
