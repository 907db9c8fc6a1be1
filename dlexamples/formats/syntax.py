"""What Python makes of a text, without running it and without a warning of its own."""

from __future__ import annotations

import ast
import re
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
    """The names that sources and trees bind, and those of `above`; `*` for `from … import *`.

    They are read once somebody asks, which is seldom, and a source that does not hold the name is not parsed for it.
    """

    def __init__(self, above: Collection[str] = ()) -> None:
        self._above = above
        self._added: list[str | ast.AST] = []
        self._found: dict[int, frozenset[str]] = {}
        """By number of what was added: the names that it binds, once they were read."""
        self._looked: dict[str, tuple[int, bool]] = {}
        """By name: how many of those that were added have been looked through, and whether it was found."""

    def add(self, code: str | ast.AST) -> None:
        self._added.append(code)

    def __contains__(self, name: object) -> bool:
        assert isinstance(name, str)
        first, found = self._looked.get(name, (0, False))
        found = found or any(self._binds(number, name) for number in range(first, len(self._added)))
        self._looked[name] = len(self._added), found
        return found or name in self._above

    def __iter__(self) -> Iterator[str]:
        own = (self._names(number) for number in range(len(self._added)))
        return iter(frozenset().union(*own, self._above))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _binds(self, number: int, name: str) -> bool:
        code = self._added[number]
        return not (isinstance(code, str) and not _mention(name).search(code)) and name in self._names(number)

    def _names(self, number: int) -> frozenset[str]:
        if number not in self._found:
            code = self._added[number]
            tree = parsed(code) if isinstance(code, str) else code
            self._found[number] = frozenset(bound_names(tree)) if tree else frozenset()
        return self._found[number]


@lru_cache(maxsize=1024)
def _mention(name: str) -> re.Pattern[str]:
    """The name where it may be bound: an attribute never is. A search is cheaper than a tree."""
    return re.compile(r"\bimport\b[^\n]*\*" if name == "*" else rf"(?<![\w.]){re.escape(name)}(?!\w)")
