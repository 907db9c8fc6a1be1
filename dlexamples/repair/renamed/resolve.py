"""Full public names and the live objects that they mean."""

from __future__ import annotations

import importlib
import inspect
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlexamples.repair.live import MISSING, undisturbed

if TYPE_CHECKING:
    from collections.abc import Iterator


def resolve(name: str) -> Any:
    """What the full name means among the modules that are imported, or MISSING."""
    return _resolved(name, sys.modules.get)


def importable(name: str) -> Any:
    """What the full name means in the installed libraries, or MISSING; its modules are imported."""
    return _resolved(name, _imported)


def _resolved(name: str, module_of: Any) -> Any:
    parts = name.split(".")
    for depth in range(len(parts), 0, -1):
        module = module_of(".".join(parts[:depth]))
        if module is not None:
            return member(module, ".".join(parts[depth:]))
    return MISSING


def member(owner: Any, chain: str) -> Any:
    """The object at the end of the attributes, or MISSING. What is computed for each access is not computed."""
    try:
        with undisturbed():
            for part in filter(None, chain.split(".")):
                owner = inspect.getattr_static(owner, part) if _is_computed(owner, part) else getattr(owner, part)
    except Exception:  # a lazy module may fail in any way while it imports what it was asked for
        return MISSING
    return owner


def owns(owner: Any, receiver: Any) -> bool:
    """Whether an attribute of the receiver is one of `owner`: the same module or class, or a class above."""
    if isinstance(owner, type):
        return issubclass(receiver, owner) if isinstance(receiver, type) else isinstance(receiver, owner)
    return owner is receiver and isinstance(owner, ModuleType)


def splits(name: str) -> Iterator[tuple[str, str]]:
    """`a.b.c` as the parts (`a.b`, `c`) and (`a`, `b.c`)."""
    parts = name.split(".")
    for depth in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:depth]), ".".join(parts[depth:])


def _is_computed(owner: Any, part: str) -> bool:
    """A property of an instance runs code of its class."""
    return not isinstance(owner, (ModuleType, type)) and isinstance(getattr(type(owner), part, None), property)


def _imported(name: str) -> ModuleType | None:
    if name in sys.modules:
        return sys.modules[name]
    try:
        with undisturbed():
            return importlib.import_module(name)
    except Exception:  # whatever a module does while it is imported, it cannot be used
        return None
