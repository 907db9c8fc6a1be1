"""The exception that a post shows, and whether it is the one that came."""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

from dlexamples.printed.comparison import alike

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADER = re.compile(r"^(?:([\w.]+) +)?Traceback \((?:most recent call last|innermost last)\):?[ \t]*$", re.MULTILINE)
_ERROR = re.compile(r"^((?:[^\W\d]\w*\.)*[^\W\d]\w*)(?::[ \t]*(.*))?$", re.MULTILINE)


def expected_exception(text: str) -> tuple[str, str] | None:
    """The class and the message of the exception that an output shows, as doctest or IPython writes it, or cut down
    to its last line. None where there is none; a lone line `ValueError: …` may also have been printed."""
    headers = list(_HEADER.finditer(text))
    if headers:
        # Of errors that led to one another the last is the one that came through.
        name, body = headers[-1][1], text[headers[-1].end() :]
        errors = [error for error in _ERROR.finditer(body) if name in (None, error[1].rpartition(".")[2], error[1])]
        # IPython's header names the class, and its frames stand at the margin; doctest's frames are indented.
        error = (errors[-1] if name else errors[0]) if errors else None
    else:
        body = text.strip()
        error = _ERROR.match(body)
        error = error if error and _is_certain(error[1]) else None
    if error is None:
        return None
    return error[1], ((error[2] or "") + body[error.end() :]).strip()


def matches_exception(expected: str, kinds: Sequence[str], message: str) -> bool:
    """Whether an exception is the one that the author expects.

    `expected`: a class, dotted or bare, or several (`ValueError, TypeError`), with a message behind a colon or without
    (`ValueError: mat1 and mat2 ...`). `kinds`: the names of the exception's classes, bases included.
    """
    classes, _, wanted = expected.partition(":")
    names = {name.rpartition(".")[2] for name in re.findall(r"[\w.]+", classes)}
    # Every class derives from `object`; to expect it is to expect nothing.
    if names.isdisjoint({*kinds} - {"object"}):
        return False
    return not wanted.strip() or alike(wanted.strip(), message)


def _is_certain(name: str) -> bool:
    """Whether a word before a colon can only be an exception's class: `MeanSquaredError: 0.3` is a measurement."""
    if "." in name:
        return name.endswith(("Error", "Exception"))
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException) and not issubclass(found, Warning)
