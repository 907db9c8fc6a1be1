"""Imports that a session begins with, and that its lane makes ahead: once, for all the runs that it forks.

Nothing but imports comes before them, so no run can tell. Which ones, the runs before have shown: those that take long
and do nothing beside giving modules (`inside.ahead`).
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from dlexamples.model import Block

SLOW = 0.05
"""Seconds that an import takes for which it is worth a lane of its own."""


@dataclass(frozen=True, slots=True)
class Import:
    """A statement that imports."""

    text: str
    modules: tuple[str, ...]
    """That it names, and is sure to import: of `from a.b import c` only `a.b`, as `c` may be anything in it."""


Place = tuple[int, int]
"""A block of the session and a statement of it, both by number."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The imports with which a session begins."""

    imports: Mapping[Place, Import]
    where: Hashable = None
    """What is in memory before them, and what is around."""
    ahead: tuple[str, ...] = ()
    """Statements that the lane makes."""
    unknown: tuple[Place, ...] = ()
    """What they take, and what else they do, the run is to tell."""


class Learned:
    """What runs have shown of imports.

    What an import takes is put down to its modules the first time. Once a lane makes those ahead, what is left is that
    of the statement itself: `from transformers import pipeline` imports more than the package.
    """

    def __init__(self) -> None:
        self._seconds: dict[tuple[Hashable, str], float] = {}
        """Of each module and statement that does nothing but give modules."""
        self._others: set[tuple[Hashable, str]] = set()

    def opening(self, where: Hashable, imports: Mapping[Place, Import]) -> Opening:
        unknown = tuple(place for place, each in imports.items() if self._unknown(where, (*each.modules, each.text)))
        return Opening(imports, where, tuple(self._ahead(where, imports.values())), unknown)

    def note(self, opening: Opening, place: Place, seconds: float, *, alone: bool) -> None:
        """`alone`: it did nothing else that can be seen."""
        made, where = opening.imports[place], opening.where
        unknown = self._unknown(where, made.modules)
        if not alone:
            self._others.update((where, name) for name in unknown or [made.text])
        elif unknown:
            self._seconds |= dict.fromkeys([(where, name) for name in unknown], seconds)
        elif all(f"import {name}" in opening.ahead or self._is_quick(where, name) for name in made.modules):
            self._seconds[where, made.text] = seconds
            for name in made.modules:
                # What was put down to it the first time was not its own.
                self._seconds[where, name] = max(0.0, self._seconds.get((where, name), 0.0) - seconds)

    def _is_quick(self, where: Hashable, name: str) -> bool:
        return self._seconds.get((where, name), 0.0) < SLOW

    def distrust(self, opening: Opening) -> None:
        """Its lane ended before it had made all of these ahead."""
        for each in opening.imports.values():
            names = [each.text, *(f"import {name}" for module in each.modules for name in _with_packages(module))]
            if set(names) & set(opening.ahead):
                self._others.update((opening.where, name) for name in (each.text, *each.modules))

    def _unknown(self, where: Hashable, names: Iterable[str]) -> list[str]:
        return [name for name in names if not ((where, name) in self._seconds or (where, name) in self._others)]

    def _ahead(self, where: Hashable, imports: Iterable[Import]) -> Iterator[str]:
        """What is worth to be made ahead, as statements."""
        found: dict[str, float] = {}
        for each in imports:
            if any((where, name) in self._others for name in (*each.modules, each.text)):
                break
            for module in each.modules:
                # To import a module is to import the packages that hold it.
                packages = [name for name in _with_packages(module) if (where, name) in self._seconds]
                if packages:
                    found[f"import {packages[0]}"] = max(self._seconds[where, name] for name in packages)
            found[each.text] = max(found.get(each.text, 0.0), self._seconds.get((where, each.text), 0.0))
            if self._unknown(where, each.modules):
                break
        return (statement for statement, seconds in found.items() if seconds >= SLOW)


def _with_packages(module: str) -> Iterator[str]:
    while module:
        yield module
        module = module.rpartition(".")[0]


def leading(blocks: Sequence[Block], sources: Sequence[str], left_out: Collection[int]) -> dict[Place, Import]:
    """The imports with which the session begins. `left_out`: blocks that are not run."""
    found: dict[Place, Import] = {}
    for index, (block, source) in enumerate(zip(blocks, sources, strict=True)):
        if index in left_out or block.marks.skip or block.marks.no_run:
            continue
        if block.marks.device:  # Only a process that has begun knows whether that is here, and the block run.
            break
        imports, is_all = _imports(source)
        found |= {(index, number): each for number, each in enumerate(imports)}
        if not is_all:
            break
    return found


@lru_cache(maxsize=1024)
def _imports(source: str) -> tuple[tuple[Import, ...], bool]:
    """Those that it begins with, and whether it has nothing else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (), False
    found: list[Import] = []
    for node in body:
        if isinstance(node, ast.Import):
            found.append(Import(ast.unparse(node), tuple(alias.name for alias in node.names)))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(Import(ast.unparse(node), (node.module,)))
        else:
            return tuple(found), False
    return tuple(found), True
