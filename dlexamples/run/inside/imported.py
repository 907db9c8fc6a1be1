"""Which modules a session has imported: its outcome holds while they are what they were."""

from __future__ import annotations

import os
import sys
from typing import Any

SITES = ("site-packages", "dist-packages")
"""How the folders are called into which installers put packages."""


_ready: dict[str, tuple[str, tuple[str, ...]]] = {}
"""By name, of the modules that a server has ready: the top-level one, and where it lies if that is to be told."""


def look_round(beside: str) -> None:
    """What is there is looked at once, by the server: to touch each module costs every run milliseconds."""
    known = _known(beside)
    for name in set(sys.modules) - set(_ready):
        _ready[name] = _found(name, known)


def imported(job: dict[str, Any]) -> dict[str, list[str]]:
    """`modules`: the top-level ones. `roots`: the files and packages of those that are neither Python's own, nor lie in
    a folder of installed packages, nor were made by the session itself."""
    known = _known(job["beside"], job["environment"]["HOME"])
    found = [_ready.get(name) or _found(name, known) for name in list(sys.modules)]
    roots = {root for _, of_one in found for root in of_one}
    return {"modules": sorted({top for top, _ in found}), "roots": sorted(roots)}


def _known(*more: str) -> tuple[str, ...]:
    """The beginnings of the paths of modules that need not be told."""
    installed = [path for path in sys.path if os.path.basename(path) in SITES]
    return tuple(f"{each}{os.sep}" for each in (os.path.dirname(os.__file__), *installed, *more) if each)


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
