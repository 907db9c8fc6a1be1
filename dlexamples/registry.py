"""How a rule, a data set, a format or a report is found: its folder is walked, then entry points.

Adding one is adding a file. A file registers a function with the decorator that its family makes here.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


class Registry(Generic[T]):
    """Functions by key, filled on first use by importing every module of `package`."""

    def __init__(self, package: str) -> None:
        self.package = package
        self._items: dict[str, T] = {}
        self._walked = False
        self._walking = RLock()

    def add(self, key: str, item: T) -> None:
        """Raises ValueError when the key is taken: two files would answer for the same thing."""
        if key in self._items:
            raise ValueError(f"{key!r} is registered twice in {self.package}")
        self._items[key] = item

    def items(self) -> dict[str, T]:
        """Everything registered, in the order of the file names, other packages' last."""
        with self._walking:
            self._walk()
        return self._items

    def get(self, key: str) -> T | None:
        """The one under `key`. Where a file has its name the others are not imported for it."""
        with self._walking:
            if key not in self._items and key.isidentifier() and find_spec(name := f"{self.package}.{key}"):
                importlib.import_module(name)
            if key not in self._items:
                self._walk()
        return self._items.get(key)

    def _walk(self) -> None:
        """Once, whichever of the threads comes first; the others wait until all is there."""
        if not self._walked:
            folder = importlib.import_module(self.package)
            for module in sorted(m.name for m in pkgutil.iter_modules(folder.__path__)):
                importlib.import_module(f"{self.package}.{module}")
            for point in _installed(self.package):
                point.load()
            self._walked = True


@cache
def _installed(group: str) -> tuple[EntryPoint, ...]:
    if not _any_installed():
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


@cache
def _any_installed() -> bool:
    """Whether a package on the path names entry points of ours. Most have none, and to import `importlib.metadata` and
    to ask it takes a tenth of the time in which a post is answered from the cache."""
    return any(map(_names_us, sys.path))


def _names_us(folder: str) -> bool:
    """A path that is no folder, or cannot be read, may hold what only `importlib.metadata` finds."""
    try:
        found = [each for each in Path(folder).iterdir() if each.suffix in {".dist-info", ".egg-info"}]
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return any(map(_holds_ours, found))


def _holds_ours(metadata: Path) -> bool:
    """Entry points specification (packaging.python.org): a section of `entry_points.txt` is a group."""
    try:
        return b"[dlexamples." in (metadata / "entry_points.txt").read_bytes()
    except OSError:
        return False
