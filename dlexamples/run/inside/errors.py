"""What is told of an exception: where in the post it was raised, what kind it is, what led to it."""

from __future__ import annotations

import ast
import contextlib
import itertools
import os
import re
import sys
import traceback
from types import TracebackType
from typing import Any

MOST_TRAIL = 12
OFFLINE = os.path.join(os.path.dirname(__file__), "offline")


def described(
    error: BaseException, node: ast.stmt, namespace: dict[str, Any], filename: str, offset: int
) -> dict[str, Any]:
    """The keys of a `stop` event that tell of `error`, raised by the top-level statement `node`.

    `offset`: lines of the document before the block.
    """
    links = _links(error.__traceback__)
    own = [link for link in links if link.tb_frame.f_code.co_filename == filename]
    return {
        "statement": [node.lineno - offset, node.col_offset, (node.end_lineno or 0) - offset, node.end_col_offset],
        "error": type(error).__name__,
        "message": message(error, offset),
        "kinds": [kind.__name__ for kind in type(error).__mro__],
        "causes": _causes(error),
        "name": error.name if isinstance(error, (NameError, ImportError)) else None,
        "syntax": syntax_place(error) if not own else None,
        "frames": [position(link) for link in own],
        "own": bool(own) and links[-1] is own[-1],
        "trail": [f"{link.tb_frame.f_globals.get('__name__', '')}:{link.tb_frame.f_code.co_name}" for link in links][
            -MOST_TRAIL:
        ],
        "types": _types(node, namespace),
    }


def message(error: BaseException, offset: int) -> str:
    """`str(error)`, which may itself raise; without the place in a file, which is told apart or this machine's."""
    with contextlib.suppress(Exception):
        if isinstance(error, SyntaxError):
            return re.sub(r"\bon line (\d+)", lambda found: f"on line {int(found[1]) + offset}", error.msg)
        text = str(error)
        return text.replace(f" ({error.path})", "") if isinstance(error, ImportError) else text
    return "<no message: str() of the error raised>"


def position(link: TracebackType) -> list[int]:
    """[line, column, end line, end column] of the failing instruction; columns count bytes from 0, -1 unknown."""
    code = link.tb_frame.f_code
    if hasattr(code, "co_positions"):
        spot = next(itertools.islice(code.co_positions(), link.tb_lasti // 2, None), None)
        if spot and None not in spot and spot[0] == link.tb_lineno:
            line, end_line, column, end_column = spot
            return [line, column, end_line, end_column]  # type: ignore[list-item]
    return [link.tb_lineno, -1, link.tb_lineno, -1]


def syntax_place(error: BaseException) -> list[int] | None:
    """[line, column, end line, end column] that the compiler tells; columns in characters from 0."""
    if not isinstance(error, SyntaxError) or not error.lineno:
        return None
    column = max(0, (error.offset or 1) - 1)
    end_line = error.end_lineno or error.lineno
    end_column = (error.end_offset or 0) - 1
    if end_line == error.lineno and end_column <= column:
        end_column = column + 1
    return [error.lineno, column, end_line, max(0, end_column)]


def show(error: BaseException, filename: str, block: dict[str, Any]) -> None:
    """Prints the traceback as a reader would see it: without our frames, a SyntaxError at the document's line."""
    links = _links(error.__traceback__)
    first = next((link for link in links if link.tb_frame.f_code.co_filename == filename), None)
    if isinstance(error, SystemExit):
        return
    if isinstance(error, SyntaxError) and first is None:
        rows = block["source"].split("\n")
        line = error.lineno or 1
        error.text = rows[line - 1] if line <= len(rows) else ""
        error.lineno = line + block["first_line"] - 1
        error.end_lineno = error.end_lineno and error.end_lineno + block["first_line"] - 1
    with contextlib.suppress(Exception):
        told = traceback.TracebackException(type(error), error, first)
        _leave_out_ours(told)
        sys.stderr.write("".join(told.format()))


def _leave_out_ours(told: traceback.TracebackException | None) -> None:
    """The frames of what lies under the loaders, of this error and of those that led to it."""
    while told is not None:
        told.stack[:] = [frame for frame in told.stack if not frame.filename.startswith(OFFLINE)]
        told = told.__cause__ or told.__context__


def _links(link: TracebackType | None) -> list[TracebackType]:
    found: list[TracebackType] = []
    while link is not None:
        found.append(link)
        link = link.tb_next
    return found


def _causes(error: BaseException) -> list[str]:
    """The names of the classes of the errors that led to this one, bases included."""
    names: list[str] = []
    seen: set[int] = set()
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        names += [kind.__name__ for kind in type(cause).__mro__]
        cause = cause.__cause__ or cause.__context__
    return names


def _types(node: ast.stmt, namespace: dict[str, Any]) -> dict[str, str]:
    """The types of the objects whose names stand in the statement; of a class `builtins.type`, whatever made it."""
    used = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
    found = {name: namespace[name] for name in used if name in namespace}
    return {name: public_name(type if isinstance(value, type) else type(value)) for name, value in found.items()}


def is_announced(error: BaseException, name: str | None) -> bool:
    """Whether a comment says that the statement fails so: `name` is a class, or empty where it names none. Then code
    that is not there is still the author's slip."""
    if name:
        return name.rpartition(".")[2] in {kind.__name__ for kind in type(error).__mro__}
    slips = (NameError, ImportError, SyntaxError)
    return name is not None and isinstance(error, Exception) and not isinstance(error, slips)


def public_name(kind: type) -> str:
    """The shortest dotted name under which the class can be reached: `torch.nn.Linear`, not where it is defined."""
    parts = kind.__module__.split(".")
    for length in range(1, len(parts)):
        module = sys.modules.get(".".join(parts[:length]))
        if module and getattr(module, "__dict__", {}).get(kind.__qualname__) is kind:
            return f"{module.__name__}.{kind.__qualname__}"
    return f"{kind.__module__}.{kind.__qualname__}"
