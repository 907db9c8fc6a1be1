"""A row of the table on the post's text: which expression it speaks of, and the counterpart with its arguments."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import live
from dlexamples.repair.idioms.dtypes import in_library
from dlexamples.repair.idioms.rows import Row, expression, first_attribute, fits
from dlexamples.repair.idioms.spelling import resolved, spelled

if TYPE_CHECKING:
    from dlexamples.model import Stop
    from dlexamples.repair.idioms.failed import Failed

LIBRARIES = frozenset({"keras", "numpy", "tensorflow", "torch"})
MARKED = re.compile(r"⟦([\w.]+)⟧")
POSITIONAL, STAR = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.VAR_POSITIONAL


@dataclass(frozen=True, slots=True)
class Filled:
    """The counterpart of one expression of the post."""

    node: cst.BaseExpression
    code: str
    imports: tuple[str, ...]


def filled(stop: Stop, failed: Failed, row: Row) -> Filled | None:
    """None where the post writes something else than the row, or the counterpart is not there."""
    node = _spoken_of(failed, row)
    if node is None:
        return None
    given = _bound(expression(row.write), _as_ast(failed, node), failed)
    if given is None or not fits(
        row, {name: live.argument_of(stop, given[name]) for name in row.where if name in given}
    ):
        return None
    if not row.use:
        return Filled(node, "", ())
    if "dtype" in given:
        dtype = in_library(stop, given["dtype"], _home(row))
        if dtype is None:
            return None
        given["dtype"] = dtype
    code = _written(row, given | {"x": failed.receiver}, failed.owner)
    return _spelled(stop, node, code) if code else None


def _spoken_of(failed: Failed, row: Row) -> cst.BaseExpression | None:
    """The expression that has the pattern's depth: `x.a` is the attribute, `x.a(y)` its call, and so on outward."""
    node: cst.CSTNode = failed.node
    for part in _spine(expression(row.write)):
        parent = failed.tree.parents[node]
        if isinstance(part, ast.Call) and not (isinstance(parent, cst.Call) and parent.func is node):
            return None
        if isinstance(part, ast.Attribute) and not (
            isinstance(parent, cst.Attribute) and parent.value is node and parent.attr.value == part.attr
        ):
            return None
        if isinstance(part, ast.Subscript) and not (isinstance(parent, cst.Subscript) and parent.value is node):
            return None
        node = parent
    is_called = isinstance(failed.tree.parents[node], cst.Call) and isinstance(node, cst.Attribute)
    if is_called and getattr(failed.tree.parents[node], "func", None) is node:
        return None
    assert isinstance(node, cst.BaseExpression)
    return node


def _spine(pattern: ast.expr) -> list[ast.expr]:
    """What stands around `x.name` in the pattern, innermost first."""
    found: list[ast.expr] = []
    node: Any = pattern
    while not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        found.append(node)
        node = node.func if isinstance(node, ast.Call) else node.value
    assert node.attr == first_attribute(pattern)
    return found[::-1]


def _as_ast(failed: Failed, node: cst.BaseExpression) -> tuple[str, ast.expr]:
    code = f"({failed.tree.module.code_for_node(node)})"
    return code, ast.parse(code, mode="eval").body


def _bound(pattern: ast.expr, written: tuple[str, ast.expr], failed: Failed) -> dict[str, str] | None:
    """The code of every argument by the pattern's name; None where the call gives others."""
    code, node = written
    given: dict[str, str] = {}
    asked: Any = pattern
    there: Any = node
    while not (isinstance(asked, ast.Attribute) and isinstance(asked.value, ast.Name)):
        if isinstance(asked, ast.Subscript):
            given[ast.unparse(asked.slice)] = ast.get_source_segment(code, there.slice) or ""
        elif isinstance(asked, ast.Call):
            arguments = _arguments(asked, there, code)
            if arguments is None:
                return None
            given |= arguments
        asked, there = (part.func if isinstance(part, ast.Call) else part.value for part in (asked, there))
    return given


def _arguments(asked: ast.Call, there: ast.Call, code: str) -> dict[str, str] | None:
    starred = any(isinstance(argument, ast.Starred) for argument in there.args)
    lazy = any(isinstance(argument, ast.GeneratorExp) for argument in there.args)
    if starred or lazy or any(keyword.arg is None for keyword in there.keywords):
        return None
    text = [ast.get_source_segment(code, argument) or "" for argument in there.args]
    named = {k.arg: ast.get_source_segment(code, k.value) or "" for k in there.keywords if k.arg}
    try:
        found = _signature(asked).bind(*text, **named).arguments
    except TypeError:
        return None
    several = {f"*{name}": ", ".join(value) for name, value in found.items() if isinstance(value, tuple)}
    return several | {name: _listed(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _listed(given: tuple[str, ...]) -> str:
    """What stands for several arguments as one: the only one if it is a sequence already."""
    if len(given) == 1 and isinstance(ast.parse(given[0].strip(), mode="eval").body, (ast.Tuple, ast.List)):
        return given[0]
    return f"[{', '.join(given)}]"


def _signature(asked: ast.Call) -> inspect.Signature:
    parameters = []
    for argument in asked.args:
        kind = STAR if isinstance(argument, ast.Starred) else POSITIONAL
        name = argument.value if isinstance(argument, ast.Starred) else argument
        assert isinstance(name, ast.Name)
        parameters.append(inspect.Parameter(name.id, kind))
    for keyword in asked.keywords:
        default = ast.unparse(keyword.value)
        parameters.append(inspect.Parameter(keyword.arg or "", POSITIONAL, default=default))
    return inspect.Signature(parameters)


def _home(row: Row) -> str:
    """The library of the counterpart."""
    found = [node.id for node in ast.walk(expression(row.use)) if isinstance(node, ast.Name) and node.id in LIBRARIES]
    return found[0] if found else row.on[0].partition(".")[0]


def _written(row: Row, given: dict[str, str], owner: Any) -> str:
    """The template with the arguments in it and the library's objects marked; '' where something is not there."""
    fill = _Fill(given, owner, _defaults(row))
    made = fill.visit(ast.parse(row.use, mode="eval").body)
    if fill.lacks:
        return ""
    code = ast.unparse(made)
    if isinstance(made, ast.Call) and len(made.args) == 1 and isinstance(made.args[0], ast.GeneratorExp):
        code = code.replace("((", "(", 1)[:-1]
    for name, text in fill.placed.items():
        code = code.replace(name, text)
    return code


def _dotted(node: ast.expr) -> str:
    """`a.b.c`; '' for any other expression."""
    if isinstance(node, ast.Attribute):
        return f"{inner}.{node.attr}" if (inner := _dotted(node.value)) else ""
    return node.id if isinstance(node, ast.Name) else ""


def _defaults(row: Row) -> dict[str, str]:
    calls = [node for node in ast.walk(expression(row.write)) if isinstance(node, ast.Call)]
    return {k.arg: ast.unparse(k.value) for call in calls for k in call.keywords if k.arg}


class _Fill(ast.NodeTransformer):
    """Puts a name of its own for everything that is text, so that no argument is written anew."""

    def __init__(self, given: dict[str, str], owner: Any, defaults: dict[str, str]) -> None:
        self.given, self.owner, self.defaults = given, owner, defaults
        self.placed: dict[str, str] = {}
        self.lacks = False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """An argument that the post leaves out is left to the counterpart's default."""

        def left_out(value: ast.expr) -> bool:
            return isinstance(value, ast.Name) and value.id in self.defaults and value.id not in self.given

        node.args = [a for a in node.args if not (isinstance(a, ast.Starred) and self._is_empty(a))]
        node.keywords = [keyword for keyword in node.keywords if not left_out(keyword.value)]
        return self.generic_visit(node)

    def _is_empty(self, node: ast.Starred) -> bool:
        return isinstance(node.value, ast.Name) and not self.given.get(f"*{node.value.id}")

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        path = _dotted(node)
        if path.partition(".")[0] in LIBRARIES:
            self.lacks |= resolved(path) is live.MISSING
            return self._place(f"⟦{path}⟧")
        if isinstance(node.value, ast.Name) and node.value.id == "x":
            self.lacks |= not hasattr(self.owner, node.attr)
        return self.generic_visit(node)

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        text = self.given.get(f"*{ast.unparse(node.value)}")
        return self.generic_visit(node) if text is None else self._place(text)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.given:
            return self._place(self.given[node.id])
        return self._place(self.defaults[node.id]) if node.id in self.defaults else node

    def _place(self, text: str) -> ast.Name:
        name = f"_placed_{len(self.placed)}_"
        self.placed[name] = text
        return ast.Name(name)


def _spelled(stop: Stop, node: cst.BaseExpression, code: str) -> Filled:
    imports: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        text, needed = spelled(stop, match[1])
        imports.extend(needed)
        return text

    return Filled(node, MARKED.sub(replaced, code), tuple(dict.fromkeys(imports)))
