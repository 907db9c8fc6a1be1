"""Whether what fails with a candidate is the author's own operation, that was not reached before.

`F.log_softmax(x, axis=1).permutate(1, 0)` has two faults. Mended in the first, it stops in the same statement again,
in a call that the candidate has left as it was but for what it is called on.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from dlexamples.run.columns import characters, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Place

Path = tuple[tuple[str, int | None], ...]
"""From a node down to another: at each step the field and, where that is a list, the index in it."""


def moves_outwards(before: str, failed: Place, after: str, fails: Place, message: str) -> bool:
    """Whether what `fails` in the block's text `after` is, but for its operands, what stood in the text `before` and
    comes after the part that `failed` there: around it, or further right in the same statement. Or whether it is the
    call of the function that was not there, with a keyword of the author's that the `message` names. Without columns
    (Python 3.10) nothing is known of parts, and it is not."""
    old, new = _found(before, failed), _found(after, fails)
    # What the candidate adds, an import or data, stands above.
    if old is None or new is None or old[1] != new[1]:
        return False
    (statement, _, old_path), (_, _, new_path) = old, new
    if old_path == (*new_path, ("func", None)):
        call, called = _at(statement, new_path), _at(new[0], new_path)
        return _own(call)[2:] == _own(called)[2:] and _names_a_keyword(call, message)
    if old_path == new_path[: len(old_path)] or not is_kept(before, after, fails):
        return False
    is_around = new_path == old_path[: len(new_path)]
    return is_around or _start(_at(statement, new_path)) > _start(_at(statement, old_path))


def is_kept(before: str, after: str, fails: Place) -> bool:
    """Whether what `fails` in the block's text `after` is, but for its operands, what stood there in the text
    `before`: in the same statement from the end, and at the same place in it."""
    new = _found(after, fails)
    body = _body(before)
    if new is None or not body or new[1] > len(body):
        return False
    statement, place, path = new
    return _own(_at(statement, path)) == _own(_at(body[-place], path))


def _found(source: str, place: Place) -> tuple[ast.stmt, int, Path] | None:
    """The block's statement that holds the expression at `place`, its index from the end, and the way to it."""
    body = _body(source)
    lines = rows(source)
    span = (place.line, place.column, place.end_line, place.end_column)
    for index, statement in enumerate(body):
        if statement.lineno <= place.line <= (statement.end_lineno or 0):
            ways = (way for node, way in _below(statement) if isinstance(node, ast.expr) and _span(node, lines) == span)
            way = next(ways, None)
            return None if way is None else (statement, len(body) - index, way)
    return None


def _body(source: str) -> list[ast.stmt]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _below(node: ast.AST) -> Iterator[tuple[ast.AST, Path]]:
    """A sum of a thousand terms is as deep: no recursion."""
    waiting: list[tuple[ast.AST, Path]] = [(node, ())]
    while waiting:
        above, way = waiting.pop()
        yield above, way
        for field, value in ast.iter_fields(above):
            several = enumerate(value) if isinstance(value, list) else [(None, value)]
            waiting += [(each, (*way, (field, index))) for index, each in several if isinstance(each, ast.AST)]


def _span(node: ast.expr, lines: list[str]) -> tuple[int, int, int, int]:
    last = node.end_lineno or node.lineno
    end = characters(lines[last - 1], node.end_col_offset or 0)
    return node.lineno, characters(lines[node.lineno - 1], node.col_offset), last, end


def _at(node: ast.AST, way: Path) -> ast.AST:
    for field, index in way:
        value = getattr(node, field, None)
        below = value[index] if isinstance(value, list) and index is not None and index < len(value) else value
        if not isinstance(below, ast.AST):
            return ast.Pass()
        node = below
    return node


def _own(node: ast.AST) -> tuple[object, ...]:
    """What an operation is apart from its operands."""
    match node:
        case ast.Call(func, args, keywords):
            return ast.Call, _own(func), len(args), *(keyword.arg for keyword in keywords)
        case ast.Attribute(_, name) | ast.Name(name):
            return type(node), name
        case ast.BinOp(_, operator, _):
            return ast.BinOp, type(operator)
        case _:
            return (type(node),)


def _names_a_keyword(node: ast.AST, message: str) -> bool:
    keywords = [keyword.arg for keyword in node.keywords if keyword.arg] if isinstance(node, ast.Call) else []
    return any(re.search(rf"\b{re.escape(keyword)}\b", message) for keyword in keywords)


def _start(node: ast.AST) -> tuple[int, int]:
    return (node.lineno, node.col_offset) if isinstance(node, ast.expr) else (0, 0)
