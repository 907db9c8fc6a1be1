"""What a callable takes: its signature, that of the classes it hands its keywords on to, or what it says in its error
and its documentation where it is not written in Python."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LISTED = re.compile(r"^\s*\* \((.*)\)\s*$", re.MULTILINE)
"""A signature in torch's `expected one of:`."""
ARTIST = re.compile(r"(\w+)\.set\(\) got an unexpected keyword argument")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The names that a callable takes, in order."""

    names: tuple[str, ...]
    positional: tuple[str, ...]
    is_complete: bool
    """False where it takes other names too and hands them on: what it refuses is in its error's text."""
    defaults: dict[str, Any]
    required: tuple[str, ...] = ()
    """Those that have to be given, where a signature tells it."""

    def refuses(self, keyword: str, error: str) -> bool:
        if keyword in self.names:
            return False
        word = re.escape(keyword)
        return self.is_complete or re.search(rf"""['"]{word}['"]|\b{word}=""", error) is not None


def parameters_of(function: Any, error: str = "") -> Parameters | None:
    """None where nothing tells them."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return _documented(function, error)
    named = [p for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    positional = tuple(p.name for p in named if p.kind is not p.KEYWORD_ONLY)
    defaults = {p.name: p.default for p in named if p.default is not p.empty}
    names = {p.name: None for p in named}
    if takes_any:
        further, takes_any = _handed_on(function, error)
        names |= dict.fromkeys(further)
    required = tuple(p.name for p in named if p.default is p.empty)
    return Parameters(tuple(names), positional, not takes_any, defaults, required)


def _handed_on(function: Any, error: str) -> tuple[list[str], bool]:
    """The names that are taken where a callable gives its `**kwargs` to the bases of its class, or to the artist that
    matplotlib names in its error, and whether others may be taken still."""
    found: list[str] = []
    if (named := ARTIST.search(error)) and (artists := sys.modules.get("matplotlib.artist")):
        found += _properties(artists.Artist, named[1])
        return found, not found
    bases: Sequence[type] = inspect.getmro(function)[1:] if isinstance(function, type) else ()
    for cls in bases:
        if "__init__" not in vars(cls) or cls is object:
            continue
        taken = inspect.signature(vars(cls)["__init__"]).parameters.values()
        found += [p.name for p in taken if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name != "self"]
        if not any(p.kind is p.VAR_KEYWORD for p in taken):
            return found, False
    return found, True


def _properties(base: type, name: str) -> Iterator[str]:
    classes: list[type] = base.__subclasses__()
    for cls in classes:
        if cls.__name__ == name:
            yield from (setter.removeprefix("set_") for setter in dir(cls) if setter.startswith("set_"))
        yield from _properties(cls, name)


def _documented(function: Any, error: str) -> Parameters | None:
    """Functions of C tell their parameters in torch's error, or in the first line of their documentation."""
    listed = LISTED.findall(error)
    if not listed:
        first = str(getattr(function, "__doc__", None) or "").strip().split("\n\n")[0]
        opened = re.match(rf"{re.escape(getattr(function, '__name__', ''))}\((.*?)\)(?:\s*->|\s*$)", first, re.DOTALL)
        listed = [opened[1]] if opened else []
    if not listed:
        return None
    found: dict[str, None] = {}
    for signature in listed:
        found |= dict.fromkeys(name for name in _written(signature) if name != "None")
    positional = tuple(_written(listed[0].partition("*,")[0]))
    return Parameters(tuple(found), positional, is_complete=True, defaults={})


def _written(signature: str) -> list[str]:
    """The names in `Tensor input, tuple of ints dim, bool keepdim = False`; a bracket holds no comma of the list."""
    flat = re.sub(r"\[.*?\]|\(.*?\)", "", signature)
    parts = (part.partition("=")[0].strip().lstrip("*") for part in flat.split(","))
    return [part.split()[-1] for part in parts if part.split() and part.split()[-1].isidentifier()]
