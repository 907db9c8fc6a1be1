"""How a rule, a data set, a format or a report is found: its folder is walked, then entry points.

Adding one is adding a file. A file registers a function with the decorator that its family makes here.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from threading import RLock
from typing import Generic, TypeVar

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

    def _walk(self) -> None:
        """Once, whichever of the threads comes first; the others wait until all is there."""
        if not self._walked:
            folder = importlib.import_module(self.package)
            for module in sorted(m.name for m in pkgutil.iter_modules(folder.__path__)):
                importlib.import_module(f"{self.package}.{module}")
            for point in _installed(self.package):
                point.load()
            self._walked = True


_all_installed = cache(entry_points)
"""Several families share a process, and each look reads the metadata of all installed packages."""


@cache
def _installed(group: str) -> tuple[EntryPoint, ...]:
    return tuple(_all_installed().select(group=group))
