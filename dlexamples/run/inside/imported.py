"""Which modules a session has imported: its outcome holds while they are what they were."""

from __future__ import annotations

import os
import sys
from typing import Any

SITES = ("site-packages", "dist-packages")
"""How the folders are called into which installers put packages."""


def imported(job: dict[str, Any]) -> dict[str, list[str]]:
    """`modules`: the top-level ones. `roots`: the files and packages of those that are neither Python's own, nor lie in
    a folder of installed packages, nor were made by the session itself."""
    installed = [path for path in sys.path if os.path.basename(path) in SITES]
    scratch = job["environment"]["HOME"]
    known = tuple(
        f"{each}{os.sep}" for each in (os.path.dirname(os.__file__), *installed, job["beside"], scratch) if each
    )
    modules: set[str] = set()
    roots: set[str] = set()
    for name, module in list(sys.modules.items()):
        top = name.partition(".")[0]
        modules.add(top)
        file = _own(module, "__file__")
        if isinstance(file, str) and os.path.isabs(file) and not file.startswith(known):
            roots.update(_folders(sys.modules.get(top)) or [file])
    return {"modules": sorted(modules), "roots": sorted(roots)}


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
