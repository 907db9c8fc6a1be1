"""What the blocks that have run say of a name, by their text."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence


class Written:
    """The sources of blocks, each with the document's line of its first one."""

    def __init__(self, sources: Sequence[tuple[str, int]]) -> None:
        self.sources = sources

    def added_to(self, name: str, method: str = "append") -> int:
        """The line that calls `name.append`, or adds to `name` with `+=` (`method` is empty); 0 where none does, or, of
        a name that no line of its own speaks of, several do."""
        others = []
        for node, line in self._nodes():
            owner = _added_to(node, method)
            if owner == name:
                return line
            if owner:
                others.append(line)
        return others[0] if len(others) == 1 else 0

    def bound(self, name: str) -> int:
        """The last line that assigns to `name`; 0 where none does."""
        found = 0
        for node, line in self._nodes():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name:
                found = line
        return found

    def _nodes(self) -> Iterator[tuple[ast.AST, int]]:
        for source, first in self.sources:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    tree = ast.parse(source)
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    continue
            for node in ast.walk(tree):
                yield node, getattr(node, "lineno", 1) + first - 1


def _added_to(node: ast.AST, method: str) -> str:
    """The name that a node adds to; of `history["loss"].append` that of the dictionary."""
    if not method:
        is_sum = isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add)
        return _root(node.target) if is_sum and isinstance(node, ast.AugAssign) else ""
    called = node.func if isinstance(node, ast.Call) else None
    return _root(called.value) if isinstance(called, ast.Attribute) and called.attr == method else ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
