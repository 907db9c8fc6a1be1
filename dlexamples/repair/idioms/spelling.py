"""How the post spells a library's object, and the import that it takes where the post has none."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from dlexamples.repair.live import MISSING, scope

if TYPE_CHECKING:
    from dlexamples.model import Stop

USUAL = {"numpy": ("import numpy as np", "np"), "tensorflow": ("import tensorflow as tf", "tf")}
"""The import of a library that is commonly renamed, and the name."""


def resolved(path: str) -> Any:
    """The object of this dotted name in the libraries that the session has imported, or MISSING."""
    parts = path.split(".")
    if parts[0] not in sys.modules:
        return MISSING
    for depth in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:depth]))
        except ImportError:
            continue
        for part in parts[depth:]:
            found = getattr(found, part, MISSING)
        return found
    return MISSING


def spelled(stop: Stop, path: str) -> tuple[str, tuple[str, ...]]:
    """`numpy.expand_dims` as `np.expand_dims`, or however the post reaches this very object, and imports for it."""
    wanted, names = resolved(path), scope(stop)
    parts = path.split(".")
    if names.get(parts[-1], MISSING) is wanted:
        return parts[-1], ()
    for depth in range(len(parts) - 1, 0, -1):
        home = sys.modules.get(".".join(parts[:depth]))
        alias = next((name for name, value in names.items() if value is home and not name.startswith("_")), "")
        if home is not None and alias:
            return ".".join((alias, *parts[depth:])), ()
    if parts[0] == "keras" and (alias := _tensorflow(names)) and resolved(f"tensorflow.{path}") is wanted:
        return f"{alias}.{path}", ()
    statement, alias = USUAL.get(parts[0], (f"import {parts[0]}", parts[0]))
    if alias in names:
        statement, alias = f"import {parts[0]}", parts[0]
    return ".".join((alias, *parts[1:])), (statement,)


def _tensorflow(names: dict[str, Any]) -> str:
    home = sys.modules.get("tensorflow")
    return next((name for name, value in names.items() if home is not None and value is home), "")
