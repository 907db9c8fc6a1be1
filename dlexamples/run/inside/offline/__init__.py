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
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..after_import import Change, after_import

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


def stand_in() -> None:
    """From now on the loaders of modules that are imported, and of those that will be, need no network."""
    after_import(CHANGES)


def tell_to(tell: Tell, tell_fault: TellFault) -> None:
    """Of what stands in, and of our errors in it."""
    _TELL[:], _TELL_FAULT[:] = [tell], [tell_fault]
