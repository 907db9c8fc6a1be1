"""What modules, classes and objects hold, looked up without running their code where that can be."""

from __future__ import annotations

import dis
import functools
import importlib.util
import inspect
import sys
import types
from collections.abc import Iterator
from typing import Any

MISSING: Any = object()
"""It is not there."""
UNKNOWN: Any = object()
"""It may be there."""
_OTHERWISE_ELSEWHERE = frozenset(
    {"asyncio", "ctypes", "locale", "mmap", "os", "select", "signal", "socket", "sys", "time"}
)
"""Modules of Python that hold other names on other systems."""
_SETS_ANY_NAME = {"setattr", "add_module", "register_module", "register_parameter", "register_buffer", "__dict__"}


def member(owner: types.ModuleType | type, name: str) -> Any:
    """An attribute of a module or a class, MISSING or UNKNOWN."""
    return _of_module(owner, name) if isinstance(owner, types.ModuleType) else _of_class(owner, name)


def _of_module(module: types.ModuleType, name: str) -> Any:
    held = object.__getattribute__(module, "__dict__")
    if name in held:
        return held[name]
    known = sys.modules.get(f"{held.get('__name__')}.{name}")
    if known is not None:
        return known
    own_type = type(module) is not types.ModuleType
    if own_type and str(held.get("__name__")).rpartition(".")[2] not in sys.modules:
        return UNKNOWN  # It would be imported to answer.
    if (own_type or "__getattr__" in held) and (name in (held.get("__all__") or ()) or name in _listed(module)):
        return UNKNOWN
    if name.startswith("_") or str(held.get("__name__")).partition(".")[0] in _OTHERWISE_ELSEWHERE:
        return UNKNOWN  # A build for another system, or with CUDA, may have it.
    if has_submodule(module, name):
        return UNKNOWN  # Whoever imports it makes it an attribute.
    try:
        return getattr(module, name)
    except AttributeError:
        return MISSING
    except Exception:
        # A module that makes its attributes when they are asked for: what happens in a run is not known.
        return UNKNOWN


@functools.lru_cache
def _listed(module: types.ModuleType) -> frozenset[str]:
    """What the module says that it has: transformers takes 0.4 s to say it."""
    return frozenset(dir(module))


def has_submodule(module: types.ModuleType, name: str) -> bool:
    """Whether a module of that name lies in the package, as far as can be told without importing it."""
    full = f"{module.__name__}.{name}"
    if full in sys.modules:
        return True
    if sys.modules.get(module.__name__) is not module or not hasattr(module, "__path__"):
        return False
    try:
        return importlib.util.find_spec(full) is not None
    except (ImportError, ValueError, AttributeError):
        return True


def is_namespace(package: str) -> bool:
    """Whether a package that is loaded has no file: each distribution adds modules of its own to it (PEP 420)."""
    module = sys.modules.get(package)
    return hasattr(module, "__path__") and getattr(module, "__file__", None) is None


def _of_class(cls: type, name: str) -> Any:
    raw = inspect.getattr_static(cls, name, MISSING)
    if raw is MISSING:
        return UNKNOWN if hasattr(type(cls), "__getattr__") else MISSING
    if isinstance(raw, (staticmethod, classmethod, types.FunctionType, type)):
        return getattr(cls, name)
    return UNKNOWN


def subclasses(cls: type) -> Iterator[type]:
    """All that are loaded."""
    below: list[type] = type.__subclasses__(cls)
    for each in below:
        yield each
        yield from subclasses(each)


def held_by(thing: Any) -> dict[str, Any]:
    """The attributes that the object itself holds, those of a torch module's three tables included."""
    try:
        own = object.__getattribute__(thing, "__dict__")
    except AttributeError:
        return {}
    found = dict(own)
    if is_torch_module(type(thing)):
        for table in ("_parameters", "_buffers", "_modules"):
            found.update(own.get(table) or {})
    return found


def is_torch_module(cls: type) -> bool:
    torch = sys.modules.get("torch")
    module = getattr(getattr(torch, "nn", None), "Module", None)
    return isinstance(module, type) and issubclass(cls, module)


def is_keras(cls: type) -> bool:
    return any(base.__module__.partition(".")[0] in {"keras", "tf_keras"} for base in cls.__mro__)


def lacks(cls: type, name: str, strings: set[str]) -> bool:
    """Whether it is certain that an object of `cls` has no attribute `name`: the class has none, its code sets none,
    and none can be made of one of the `strings` of the text."""
    if inspect.getattr_static(cls, name, MISSING) is not MISSING or type(cls).__call__ is not type.__call__:
        return False
    torch = sys.modules.get("torch")
    understood = [vars(torch.nn.Module)["__getattr__"]] if torch is not None and is_torch_module(cls) else []
    words: set[str] = set()
    for base in cls.__mro__[:-1]:
        asked = [vars(base)[hook] for hook in ("__getattr__", "__getattribute__") if hook in vars(base)]
        if any(hook not in understood for hook in asked):
            return False
        words |= _words_of(base)
    if name in words:
        return False
    if words & _SETS_ANY_NAME:
        return not any(text and (text in name or name in text) for text in strings)
    return name not in strings


_WORDS: dict[type, set[str]] = {}


def _words_of(cls: type) -> set[str]:
    """The names and strings of the code of a class, and of the functions that it calls by a global name."""
    if cls not in _WORDS:
        found: set[str] = set()
        for function in map(_function, vars(cls).values()):
            if function is not None:
                own = set(_words(function.__code__))
                found |= own
                for name in own & function.__globals__.keys():
                    called = function.__globals__[name]
                    if isinstance(called, types.FunctionType):
                        found |= set(_words(called.__code__)) - _SETS_ANY_NAME
        _WORDS[cls] = found
    return _WORDS[cls]


def _function(raw: Any) -> types.FunctionType | None:
    raw = getattr(raw, "fget", None) or getattr(raw, "__func__", raw)
    raw = inspect.unwrap(raw) if callable(raw) else raw
    return raw if isinstance(raw, types.FunctionType) else None


def _words(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _words(constant)
        elif isinstance(constant, str) and constant.isidentifier():
            yield constant


def sets(cls: type, name: str) -> bool:
    """Whether the code of the class may put something else in the place of its method `name` for one object."""
    for base in cls.__mro__[:-1]:
        for function in map(_function, vars(base).values()):
            if function is None or name not in function.__code__.co_names:
                continue
            if any(each.opname == "STORE_ATTR" and each.argval == name for each in dis.get_instructions(function)):
                return True
    return False
