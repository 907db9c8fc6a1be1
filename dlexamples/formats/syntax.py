"""What Python makes of a text, without running it and without a warning of its own."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterator
from functools import lru_cache


@lru_cache(maxsize=256)
def syntax_error(source: str) -> str:
    """What the compiler says of the source: `line 3, column 12: '(' was never closed`; empty when it compiles."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<block>", "exec", dont_inherit=True)
    except SyntaxError as error:
        line = min(error.lineno or 1, source.count("\n") or 1)
        return f"line {line}, column {max(error.offset or 1, 1)}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"line 1, column 1: {error or 'too deeply nested'}"
    return ""


@lru_cache(maxsize=256)
def parsed(source: str) -> ast.Module | None:
    """The source's tree, to be read and not changed, or None. Warnings about the source are not ours to print."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound_names(tree: ast.AST) -> Iterator[str]:
    """Every name that an assignment, an import or a definition in the tree binds, in whatever scope."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.split(".")[0]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


class Bound(Collection[str]):
    """The names that trees bind, and those of `above`. A tree is walked once somebody asks, which is seldom."""

    def __init__(self, above: Collection[str] = ()) -> None:
        self._above = above
        self._names: set[str] = set()
        self._trees: list[ast.AST] = []

    def add(self, tree: ast.AST) -> None:
        self._trees.append(tree)

    def _own(self) -> set[str]:
        while self._trees:
            self._names.update(bound_names(self._trees.pop()))
        return self._names

    def __contains__(self, name: object) -> bool:
        return name in self._own() or name in self._above

    def __iter__(self) -> Iterator[str]:
        return iter({*self._own(), *self._above})

    def __len__(self) -> int:
        return sum(1 for _ in self)
