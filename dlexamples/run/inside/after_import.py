"""What is done to a module once it is imported, by whomever: what lies under loaders, what is watched of training."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Change = Callable[[ModuleType], None]

_CHANGES: dict[str, list[Change]] = {}
"""By the module's name."""


def after_import(changes: Mapping[str, Sequence[Change]]) -> None:
    """From now on modules that are imported, and those that will be, get these. By the module's name."""
    for name, those in changes.items():
        _CHANGES.setdefault(name, []).extend(those)
        if module := sys.modules.get(name):
            _change(module, those)
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _change(module: ModuleType, changes: Sequence[Change]) -> None:
    for change in changes:
        # A version of the library that has other names inside is left as it is.
        with contextlib.suppress(AttributeError, ImportError):
            change(module)


class _Finder(MetaPathFinder):
    """Finds what the others find, and changes it once it is executed."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in _CHANGES:
            return None
        specs: Iterator[ModuleSpec | None] = (
            finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self
        )
        spec = next(filter(None, specs), None)
        if spec and spec.loader:
            spec.loader = _Changing(spec.loader)
        return spec


class _Changing(Loader):
    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__
        # Its own loader is what `inspect` and pickle ask for.
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        _change(module, _CHANGES[module.__name__])
