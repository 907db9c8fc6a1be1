"""Whether a place runs again, and which expressions then have another value than the one that is alive.

What an edit writes holds for every run of its place, while the objects at hand are those of the first.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.torch_training.call import KerasCall

REPEATING = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def is_fixed(call: KerasCall, code: str) -> bool:
    """Whether the expression has one value in the session, whoever else calls the function that it stands in."""
    around = _outermost(call)
    names = names_in(code)
    if around is None or not names:
        return True
    return not names & bound_in(around) and all(_is_bound_once(call, name) for name in names)


def has_other_values(call: KerasCall, *codes: str) -> bool:
    """Whether the place runs more than once in this session, with other values of one of the expressions."""
    return runs_again(call) and not all(is_fixed(call, code) for code in codes if code)


def runs_again(call: KerasCall) -> bool:
    above = list(call.tree.ancestors(call.node))
    if any(isinstance(node, (cst.For, cst.While)) for node in above):
        return True
    functions = [node.name.value for node in above if isinstance(node, cst.FunctionDef)]
    classes = [node.name.value for node in above if isinstance(node, cst.ClassDef)]
    return any(_is_used_again(call.stop.sources, _called_as(name, classes), set()) for name in functions)


def bound_in(around: cst.CSTNode) -> frozenset[str]:
    """Names that get a value inside the function or loop, its parameters included."""
    return frozenset(_stored(ast.parse(cst.Module([]).code_for_node(around))))


def names_in(code: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(code.strip(), mode="eval")) if isinstance(node, ast.Name)}


def _called_as(function: str, classes: list[str]) -> str:
    return classes[0] if classes and function == "__init__" else function


def _is_used_again(sources: tuple[str, ...], name: str, seen: set[str]) -> bool:
    """Whether the function is named more than once, or where things run more than once."""
    if name in seen:
        return True
    uses = [use for source in sources for use in _uses(source, name)]
    if len(uses) != 1:
        return len(uses) > 1
    repeating, function = uses[0]
    return repeating or (bool(function) and _is_used_again(sources, function, seen | {name}))


def _uses(source: str, name: str) -> Iterator[tuple[bool, str]]:
    """For each mention: whether a loop is around it, and the function that it stands in."""

    def walk(node: ast.AST, repeating: bool, function: str, owner: str) -> Iterator[tuple[bool, str]]:
        if isinstance(node, ast.ClassDef):
            owner = node.name
        if isinstance(node, DEFINITIONS):
            repeating, function = False, owner if node.name == "__init__" else node.name
        mentioned = getattr(node, "attr", None) if isinstance(node, ast.Attribute) else getattr(node, "id", None)
        if mentioned == name and isinstance(getattr(node, "ctx", None), ast.Load):
            yield repeating, function
        for child in ast.iter_child_nodes(node):
            yield from walk(child, repeating or isinstance(node, REPEATING), function, owner)

    yield from walk(parsed(source), False, "", "")


def _outermost(call: KerasCall) -> cst.CSTNode | None:
    """The outermost function or loop around the call."""
    found = [node for node in call.tree.ancestors(call.node) if isinstance(node, (cst.FunctionDef, cst.For, cst.While))]
    return found[-1] if found else None


def _stored(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _is_bound_once(call: KerasCall, name: str) -> bool:
    """At most once: a name that nothing binds is the library's."""
    trees = [parsed(source) for source in call.stop.published]
    stored = sum(found == name for tree in trees for found in _stored(tree))
    looped = [node for tree in trees for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
    return stored <= 1 and not any(name in _stored(loop) for loop in looped)


def parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])
