"""What an exception itself says to write instead, where it says one thing and says it exactly."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import Any

from dlexamples.repair.live import undisturbed
from dlexamples.repair.renamed.spelling import USUAL

NAMED = (
    re.compile(r"\b[Uu]se `(?P<new>-?[\w.]+)` (?:builtin )?instead\.?\s*$"),
    re.compile(r"\b[Uu]se `(?P<new>[\w.]+)` by itself\."),
    re.compile(r"\bavailable (?:as|under) `(?P<new>[\w.]+)`\.?\s*$"),
)
"""NumPy's forms. The sentence must end behind the name: what is used `instead with a formatter` is no replacement."""
LITERALS = (
    re.compile(r"'(?P<old>[^']+)' is no longer supported[^.']*\. Please use '(?P<new>[^']+)' instead"),
    re.compile(r"Invalid frequency: (?P<old>\w+)\. Failed .*Did you mean (?P<new>\w+)\?$", re.DOTALL),
)
"""pandas's forms, of the letters for frequencies."""
LIBRARIES = {alias: module for module, alias in USUAL.items()}


def named(message: str) -> str:
    """The full name, or the signed number, that takes the place of what is missing; '' when none is told."""
    told = next((match["new"] for pattern in NAMED if (match := pattern.search(message))), "")
    first, _, rest = told.lstrip("-").partition(".")
    if not told or re.fullmatch(r"-?[\d.]+", told):
        return told
    if not rest:
        return f"builtins.{first}"
    return told.replace(first, LIBRARIES.get(first, first), 1)


def literal(message: str) -> tuple[str, str] | None:
    """The string that the library does not take any more and the one that it takes."""
    return next(((match["old"], match["new"]) for pattern in LITERALS if (match := pattern.search(message))), None)


def of_member(module: str, name: str) -> str:
    """What a module says when it is asked for what it lacks: `from numpy import alltrue` alone does not tell."""
    home: Any = sys.modules.get(module)
    if not isinstance(home, ModuleType):
        return ""
    try:
        with undisturbed():
            getattr(home, name)
    except AttributeError as error:
        return str(error)
    except Exception:  # its own way of failing; it tells nothing about the name
        return ""
    return ""
