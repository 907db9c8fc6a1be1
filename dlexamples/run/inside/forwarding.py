"""Which keywords a function takes that lets them in as `**kwargs`, told from its source without calling it.

Known is what the source says in so many words: single keywords are taken out, what is left is refused, or the whole
is handed on to one function that is known in turn. Keras' layers hand theirs on to `Layer.__init__`, which refuses
what it does not know; `torch.nn.Module.compile` hands its own to `torch.compile`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

MOST_STEPS = 8
_TAKES = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def accepted(function: Any, cls: type | None, steps: int = 0) -> set[str] | None:
    """The keywords that `function` may take, as a method of `cls` if there is one; None where that is not certain."""
    function = inspect.unwrap(getattr(function, "__func__", function))
    if function is object.__init__:
        return set()
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    named = {p.name for p in signature.parameters.values() if p.kind in _TAKES}
    rest = next((p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD), None)
    if rest is None:
        return named
    more = _beyond(function, cls, rest, steps)
    return None if more is None else named | more


def _beyond(function: Any, cls: type | None, rest: str, steps: int) -> set[str] | None:
    body = _body(function)
    if body is None or steps > MOST_STEPS:
        return None
    uses = _Uses(rest)
    for statement in body:
        uses.visit(statement)
    if uses.is_open or not (uses.refuses or uses.handed_on):
        return None
    taken = set(uses.taken)
    for call in uses.handed_on:
        target = _target(call.func, function, cls)
        more = None if target is None else accepted(target, cls, steps + 1)
        if more is None:
            return None
        taken |= more
    return taken


def _body(function: Any) -> list[ast.stmt] | None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return None
    return tree.body if isinstance(tree, ast.FunctionDef) else None


class _Uses(ast.NodeVisitor):
    """What a function's body does with its `**rest`."""

    def __init__(self, rest: str) -> None:
        self.rest = rest
        self.taken: set[str] = set()
        self.handed_on: list[ast.Call] = []
        self.refuses = False
        """What has not been taken raises."""
        self.is_open = False
        """It is used in a way that says nothing."""

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == self.rest and isinstance(node.body[-1], ast.Raise):
            self.refuses = True
            return
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        method = node.func
        if isinstance(method, ast.Attribute) and self._is_rest(method.value):
            if method.attr in {"pop", "get"} and node.args and isinstance(node.args[0], ast.Constant):
                self.taken.add(str(node.args[0].value))
                for argument in node.args[1:]:
                    self.visit(argument)
                return
            self.is_open = True
            return
        own = [keyword for keyword in node.keywords if keyword.arg is None and self._is_rest(keyword.value)]
        if own:
            self.handed_on.append(node)
        self.visit(node.func)
        for part in (*node.args, *(keyword for keyword in node.keywords if keyword not in own)):
            self.visit(part)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self._is_rest(node.value) and isinstance(node.slice, ast.Constant):
            self.taken.add(str(node.slice.value))
            return
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        is_member = len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn))
        if is_member and self._is_rest(node.comparators[0]) and isinstance(node.left, ast.Constant):
            self.taken.add(str(node.left.value))
            return
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == self.rest:
            self.is_open = True

    def _is_rest(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self.rest


def _target(node: ast.expr, function: Any, cls: type | None) -> Any:
    """The function that an expression in `function` names: of a global, a module, the next class; None if unknown."""
    if isinstance(node, ast.Name):
        return function.__globals__.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    base = node.value
    if isinstance(base, ast.Call) and isinstance(base.func, ast.Name) and base.func.id == "super":
        return _next(function, cls, node.attr)
    owner = _target(base, function, None)
    return None if owner is None else inspect.getattr_static(owner, node.attr, None)


def _next(function: Any, cls: type | None, name: str) -> Any:
    """What `super()` finds in `function`, for an object of `cls`."""
    if cls is None:
        return None
    held = (
        index
        for index, owner in enumerate(cls.__mro__)
        if any(inspect.unwrap(value) is function for value in vars(owner).values() if callable(value))
    )
    first = next(held, None)
    if first is None:
        return None
    return next((vars(owner)[name] for owner in cls.__mro__[first + 1 :] if name in vars(owner)), None)
