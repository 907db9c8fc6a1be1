"""Which modules a session has imported: its outcome holds while they are what they were."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

SITES = ("site-packages", "dist-packages")
"""How the folders are called into which installers put packages."""


_started = frozenset(sys.modules)
"""What came with the interpreter, by files of installers that run code as it starts, and with what we are made of: no
session has imported it."""
_ready: set[str] = set()
"""The names of the modules that a server has ready."""
_tops: set[str] = set()
_roots: set[str] = set()
"""Of those: the top-level ones, and where they lie if that is to be told."""
_names: list[str] = []
"""The same names, as strings of their own that lie together. To count references to those of `sys.modules`, all over
the memory, would cost every run a copy of each page."""


def look_round(beside: str) -> None:
    """What is there is looked at once, by the server: to touch each module costs every run milliseconds."""
    known = _known(beside)
    _add(set(sys.modules) - _ready, known)
    _ready.update(sys.modules)
    _names[:] = [name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass") for name in _ready]
    _are_there()  # Each now knows its hash.


def imported(job: dict[str, Any]) -> dict[str, list[str]]:
    """`modules`: the top-level ones. `roots`: the files and packages of those that are neither Python's own, nor lie in
    a folder of installed packages, nor were made by the session itself."""
    _add(_new(), _known(job["beside"], job["environment"]["HOME"]))
    return {"modules": sorted(_tops), "roots": sorted(_roots)}


def _add(names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        top, roots = _found(name, known)
        if name not in _started:
            _tops.add(top)
        _roots.update(roots)


def _new() -> list[str]:
    """Names of modules that the server has not had ready; they are the last, but for what was imported anew."""
    left = len(sys.modules) - _are_there()
    found: list[str] = []
    for name in reversed(sys.modules):
        if len(found) == left:
            break
        if name not in _ready:
            found.append(name)
    return found


def _are_there() -> int:
    return sum(map(sys.modules.__contains__, _names))


def _known(*more: str) -> tuple[str, ...]:
    """The beginnings of the paths of modules that need not be told. Our own decide for all sessions."""
    installed = [path for path in sys.path if os.path.basename(path) in SITES]
    folders = (os.path.dirname(os.__file__), os.path.dirname(os.path.abspath(__file__)), *installed, *more)
    return tuple(f"{each}{os.sep}" for each in folders if each)


def _found(name: str, known: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    top = name.partition(".")[0]
    file = _own(sys.modules.get(name), "__file__")
    if isinstance(file, str) and os.path.isabs(file) and not file.startswith(known):
        return top, tuple(_folders(sys.modules.get(top)) or [file])
    return top, ()


def _folders(package: Any) -> list[str]:
    """None for a module that is a file."""
    try:
        return [os.path.abspath(path) for path in _own(package, "__path__") or ()]
    except Exception:
        return []


def _own(module: Any, name: str) -> Any:
    """What stands in the module itself: asked as an attribute, a lazy one imports more."""
    try:
        return vars(module).get(name)
    except Exception:
        return None
