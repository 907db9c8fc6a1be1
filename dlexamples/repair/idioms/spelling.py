"""How the post spells a library's object, and the import that it takes where the post has none."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
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
    # Hundreds of names are asked for at a stop: to look on the disk for modules that are none takes tenths of a second.
    loaded = next(depth for depth in range(len(parts), 0, -1) if ".".join(parts[:depth]) in sys.modules)
    found = sys.modules[".".join(parts[:loaded])]
    if (known := _reached(found, parts[loaded:])) is not MISSING:
        return known
    for depth in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:depth]))
        except ImportError:
            continue
        return _reached(found, parts[depth:])
    return MISSING


def spelled(stop: Stop, path: str) -> tuple[str, tuple[str, ...]]:
    """`numpy.expand_dims` as `np.expand_dims`, or however the post reaches this very object, and imports for it."""
    wanted, names = resolved(path), scope(stop)
    parts = path.split(".")
    if names.get(parts[-1], MISSING) is wanted:
        return parts[-1], ()
    modules = {name: value for name, value in names.items() if isinstance(value, ModuleType) and name[:1] != "_"}
    # The library's own before another that hands it on: `tf.optimizers` is `keras.optimizers`.
    modules = dict(sorted(modules.items(), key=lambda item: parts[0] not in item[1].__name__.split(".")))
    for depth in range(len(parts) - 1, -1, -1):
        # tensorflow.keras.layers is another module than keras.layers, of the same classes.
        for alias, module in modules.items():
            if _reached(module, parts[depth:]) is wanted:
                return ".".join((alias, *parts[depth:])), ()
    statement, alias = USUAL.get(parts[0], (f"import {parts[0]}", parts[0]))
    if alias in names:
        statement, alias = f"import {parts[0]}", parts[0]
    return ".".join((alias, *parts[1:])), (statement,)


def _reached(module: ModuleType, parts: list[str]) -> Any:
    found: Any = module
    for part in parts:
        found = getattr(found, part, MISSING)
    return found
