"""Which names a block's imports bind, and which something else binds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

Imports = ast.Import | ast.ImportFrom


@dataclass
class Bindings:
    """The names that statements other than imports bind."""

    outer: set[str] = field(default_factory=set)
    """In the block's global scope."""
    all: set[str] = field(default_factory=set)
    """In any scope of it."""
    assigned: set[str] = field(default_factory=set)
    """Attributes that the block itself gives a value, of whatever object: `torch.answer = 42`."""

    @classmethod
    def of(cls, tree: ast.Module) -> Bindings:
        found = cls()
        found._visit(tree, outer=True)
        return found

    def _visit(self, node: ast.AST, *, outer: bool) -> None:
        for name in _bound_by(node):
            self.all.add(name)
            if outer or isinstance(node, ast.Global):
                self.outer.add(name)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            self.assigned.add(node.attr)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr" and len(node.args) > 1:
            self.assigned.add(str(getattr(node.args[1], "value", "")))
        inner = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef))
        for child in ast.iter_child_nodes(node):
            self._visit(child, outer=outer and not inner)


def _bound_by(node: ast.AST) -> Iterator[str]:
    """The names that this node itself binds."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names


def imports(tree: ast.Module) -> Iterator[Imports]:
    """The import statements, in the order of the text. One relative to a package that a block has not is left out."""
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    for node in found:
        if isinstance(node, ast.Import) or not node.level:
            yield node
