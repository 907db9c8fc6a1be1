"""A library's full name as the post writes it, with the import that this takes."""

from __future__ import annotations

import builtins
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlexamples.repair.live import MISSING, scope
from dlexamples.repair.renamed.resolve import importable, member

if TYPE_CHECKING:
    from dlexamples.model import Stop

USUAL = {"matplotlib.pyplot": "plt", "numpy": "np", "pandas": "pd", "seaborn": "sns", "tensorflow": "tf"}
"""Under which name nearly every text imports them."""


def spelled(stop: Stop, target: str, beside: str = "") -> tuple[str, list[str]]:
    """`target` in the post's own words, most of all in those of the expression `beside`, which it replaces."""
    names = scope(stop)
    last = target.rpartition(".")[2]
    if target.startswith("builtins."):
        first = target.split(".")[1]
        if names.get(first, getattr(builtins, first)) is getattr(builtins, first):
            return target.removeprefix("builtins."), []
    wanted = importable(target)
    root = beside.partition(".")[0]
    for name in (root, *sorted(names, key=lambda name: (-_depth(names[name]), len(name), name))):
        chain = _below(names.get(name), target)
        if chain and not name.startswith("_") and _is(member(names[name], chain), wanted):
            return f"{name}.{chain}", []
    if names.get(last, MISSING) is wanted:
        return last, []
    return _imported(names, target)


def import_line(target: str, name: str) -> str:
    """The statement that binds `name` to what `target` is."""
    home, _, last = target.rpartition(".")
    bound = f" as {name}" if name != last else ""
    return f"from {home} import {last}{bound}" if home else f"import {last}{bound}"


def _imported(names: dict[str, Any], target: str) -> tuple[str, list[str]]:
    """The member alone under a name that is free; of a library that has a usual name, below that."""
    home, _, last = target.rpartition(".")
    usual = next((module for module in USUAL if target.startswith(module + ".")), None)
    if usual and USUAL[usual] not in names:
        return USUAL[usual] + target[len(usual) :], [f"import {usual} as {USUAL[usual]}"]
    top = target.partition(".")[0]
    if top == "torch" and top not in names:
        return target, ["import torch"]
    while home and not isinstance(importable(home), ModuleType):
        home, _, last = home.rpartition(".")
    above, _, module = home.rpartition(".")
    if above and module not in names and hasattr(builtins, last):
        # `from PIL.Image import open` would take Python's own `open` away.
        return module + target[len(home) :], [import_line(home, module)]
    if not home or last not in names:
        whole = f"{home}.{last}" if home else last
        return last + target[len(whole) :], [import_line(whole, last)]
    return target, [f"import {home}"]


def _below(value: Any, target: str) -> str:
    name = value.__name__ if isinstance(value, ModuleType) else ""
    return target[len(name) + 1 :] if name and target.startswith(name + ".") else ""


def _depth(value: Any) -> int:
    return value.__name__.count(".") if isinstance(value, ModuleType) else -1


def _is(found: Any, wanted: Any) -> bool:
    """A bound method is another object at every access."""
    return found is not MISSING and (found is wanted or found == wanted)
