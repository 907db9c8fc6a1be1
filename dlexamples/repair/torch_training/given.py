"""The strings that a variable is given in a session: as a loop's target, as a function's parameter."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.repair.torch_training.repeats import DEFINITIONS, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEEP = 3
"""Calls that hand a name on to another function are followed so far."""


class _CannotTell(Exception):  # noqa: N818
    """Not every value of the variable stands in the text."""


def strings_given(sources: Sequence[str], code: str, depth: int = 0) -> list[str] | None:
    """All of them, in the order of the text; None when they cannot be told."""
    if not code.isidentifier() or depth > DEEP:
        return None
    trees = [parsed(source) for source in sources]
    try:
        found = [text for value in _values(trees, code) for text in _texts(sources, value, depth)]
    except _CannotTell:
        return None
    return list(dict.fromkeys(found)) or None


def strings_in(sources: Sequence[str]) -> list[str]:
    """Every string that may be handed on as a name: no metrics, no keys."""
    found: dict[str, None] = {}

    def walk(node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.setdefault(node.value)
        for child in ast.iter_child_nodes(node):
            is_key = isinstance(node, ast.Subscript) and child is node.slice
            if not is_key and not (isinstance(child, ast.keyword) and child.arg in ("metrics", "label", "name")):
                walk(child)

    for source in sources:
        walk(parsed(source))
    return list(found)


def _texts(sources: Sequence[str], value: ast.expr | None, depth: int) -> list[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [value.value]
    handed = strings_given(sources, value.id, depth + 1) if isinstance(value, ast.Name) else None
    if handed is None:
        raise _CannotTell
    return handed


def _values(trees: Sequence[ast.Module], name: str) -> Iterator[ast.expr | None]:
    """What the name is bound to, wherever; None for what is not written out."""
    for tree in trees:
        owners = {id(part): node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for part in node.body}
        for node in ast.walk(tree):
            if isinstance(node, (ast.For, ast.comprehension)):
                yield from _from_loop(node.target, node.iter, name)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from _from_target(target, node.value, name)
            elif isinstance(node, DEFINITIONS):
                yield from _from_calls(trees, node, owners.get(id(node)), name)


def _from_loop(target: ast.expr, over: ast.expr, name: str) -> Iterator[ast.expr | None]:
    if not any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(target)):
        return
    if not isinstance(over, (ast.List, ast.Tuple, ast.Set)):
        yield None
        return
    for row in over.elts:
        yield from _from_target(target, row, name)


def _from_target(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr | None]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
        for index, part in enumerate(target.elts):
            if isinstance(part, ast.Name) and part.id == name:
                yield parts[index] if index < len(parts) else None


def _from_calls(
    trees: Sequence[ast.Module], function: ast.AST, owner: ast.ClassDef | None, name: str
) -> Iterator[ast.expr | None]:
    assert isinstance(function, DEFINITIONS)
    arguments = [*function.args.posonlyargs, *function.args.args]
    names = [argument.arg for argument in arguments]
    if name not in names:
        return
    index = names.index(name)
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    called = owner.name if owner and function.name == "__init__" else function.name
    for node in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if getattr(node.func, "id", getattr(node.func, "attr", "")) != called:
            continue
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        position = index - (owner is not None)
        if name in keywords:
            yield keywords[name]
        elif position < len(node.args) and not any(isinstance(part, ast.Starred) for part in node.args):
            yield node.args[position]
        else:
            yield defaults.get(name)
