"""Whether a stop has moved outwards in its statement: what failed works now, and what takes its result fails.

`F.log_softmax(x, axis=1).permutate(1, 0)` has two faults. Mended in the first, it stops in the same statement again,
in a call that was not reached before and that the candidate has left as it was but for what it is called on.
"""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from dlexamples.run.columns import characters, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Place

Path = tuple[tuple[str, int | None], ...]
"""From a node down to another: at each step the field and, where that is a list, the index in it."""


def moves_outwards(before: str, failed: Place, after: str, fails: Place) -> bool:
    """Whether what `fails` in the block's text `after` is, but for its operands, what stood in the text `before`
    around the part that `failed` there. Without columns (Python 3.10) nothing is known of parts, and it does not."""
    old, new = _found(before, failed), _found(after, fails)
    if old is None or new is None:
        return False
    (old_statement, old_place, old_path), (new_statement, new_place, new_path) = old, new
    # What the candidate adds, an import or data, stands above.
    if old_place != new_place or len(old_path) <= len(new_path) or old_path[: len(new_path)] != new_path:
        return False
    around, fails_now = _at(old_statement, new_path), _at(new_statement, new_path)
    return _own(around) == _own(fails_now) and _outside(old_statement, around) == _outside(new_statement, fails_now)


def _found(source: str, place: Place) -> tuple[ast.stmt, int, Path] | None:
    """The block's statement that holds the expression at `place`, its index from the end, and the way to it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    lines = rows(source)
    span = (place.line, place.column, place.end_line, place.end_column)
    for index, statement in enumerate(body):
        if statement.lineno <= place.line <= (statement.end_lineno or 0):
            ways = (way for node, way in _below(statement) if isinstance(node, ast.expr) and _span(node, lines) == span)
            way = next(ways, None)
            return None if way is None else (statement, len(body) - index, way)
    return None


def _below(node: ast.AST, way: Path = ()) -> Iterator[tuple[ast.AST, Path]]:
    yield node, way
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield from _below(value, (*way, (field, None)))
        elif isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield from _below(each, (*way, (field, index)))


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


def _outside(statement: ast.AST, part: ast.AST) -> str:
    """The statement without what `part` is made of."""
    kept = vars(part).copy()
    vars(part).clear()
    try:
        return ast.dump(statement)
    finally:
        vars(part).update(kept)
