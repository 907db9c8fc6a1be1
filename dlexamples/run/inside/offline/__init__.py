"""What lies under a library's loaders where there is no network: the author's call stays as it is.

One library a file, found by walking this folder. A function under `@beneath("package.module")` gets that module once
it is imported, by whomever, and puts something else in place of what would download: `served` tells the report what
the block got instead. All of it is loaded before the block's first line; nothing here imports more than the standard
library at its top, and the module that it changes when it is called.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NamedTuple

Change = Callable[[ModuleType], None]
Tell = Callable[[dict[str, Any]], None]
TellFault = Callable[[str], None]

CHANGES: dict[str, list[Change]] = {}
"""By the module's name."""
_TELL: list[Tell] = []
_TELL_FAULT: list[TellFault] = []


class Served(NamedTuple):
    """What a call of the author's got in place of a download."""

    name: str
    """The call, as an author knows it: `keras.datasets.mnist.load_data`."""
    dataset: str
    """What it got, by its short name: `mnist`, `resnet18`."""
    claim: str
    """The strongest that is true: `real`, `bundled sample`, `stand-in`, `synthetic`."""
    why: str
    """One sentence for the author: what it is and is not, with its source and licence where it is real data."""
    shape: tuple[int, ...] | None = None
    dtype: str = ""


def beneath(*modules: str) -> Callable[[Change], Change]:
    """Registers a function for each of these modules."""

    def register(change: Change) -> Change:
        for module in modules:
            CHANGES.setdefault(module, []).append(change)
        return change

    return register


def served(what: Served) -> None:
    """Tells the report, once a call."""
    for tell in _TELL:
        tell(what._asdict())


@contextlib.contextmanager
def made_here() -> Iterator[None]:
    """What is made within, from data of ours, is no affair of the block's: an error there is told as our own fault.

    It goes on all the same. A machine that has no room for it is not our fault.
    """
    try:
        yield
    except (MemoryError, OSError):
        raise
    except Exception as error:
        fault(error)
        raise


def fault(error: Exception) -> None:
    """Tells that an error is our own."""
    for tell in _TELL_FAULT:
        tell("".join(traceback.format_exception(error)))


def is_ours(error: Exception) -> bool:
    """Whether a line of this folder raised it, and no library that was asked for something."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return frame is not None and frame.tb_frame.f_code.co_filename.startswith(os.path.dirname(__file__))


def load() -> None:
    """Imports every file of this folder; nothing is changed yet."""
    for module in pkgutil.iter_modules(__path__, __name__ + "."):
        importlib.import_module(module.name)


def stand_in(tell: Tell, tell_fault: TellFault) -> None:
    """From now on the loaders of modules that are imported, and of those that will be, need no network."""
    _TELL[:], _TELL_FAULT[:] = [tell], [tell_fault]
    for name in CHANGES:
        if module := sys.modules.get(name):
            _change(module)
    sys.meta_path.insert(0, _Finder())


def _change(module: ModuleType) -> None:
    for change in CHANGES[module.__name__]:
        # A version of the library that has other names inside is left as it is, and its download fails as it would.
        with contextlib.suppress(AttributeError, ImportError):
            change(module)


class _Finder(MetaPathFinder):
    """Finds what the others find, and changes it once it is executed."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in CHANGES:
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
        _change(module)
