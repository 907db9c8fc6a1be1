"""Blocks that Python cannot read: from the compiler's complaint to drafts that it reads.

A mistake is a function in a file of its own under `mistakes/`: for one fault it yields the text as it may have been
meant. Mistakes come together, so drafts are mended in turn, the cheapest first; which of those that are read is the
right one, their runs decide.
"""

from __future__ import annotations

import ast
import heapq
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from dlexamples.registry import Registry

MOST_DRAFTS = 400
"""Drafts of one block that are looked at."""
MOST_FOUND = 8
DEPTH = 8
"""So many mistakes are mended in one block."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What the compiler says of a draft. Lines from 1, columns in characters from 0."""

    source: str
    message: str
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def rows(self) -> list[str]:
        return self.source.split("\n")


@dataclass(frozen=True, slots=True)
class Change:
    """A draft with one mistake less."""

    source: str
    what: str
    """What was changed, for the author: `` `)` closes the bracket of line 3 ``."""
    cost: int = 1
    is_certain: bool = False
    """No other text can have been meant."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text on the way to one that is read."""

    source: str
    changes: tuple[Change, ...] = ()

    @property
    def cost(self) -> int:
        return sum(change.cost for change in self.changes)


Mistake = Callable[[Fault], Iterator[Change]]
MISTAKES: Registry[Mistake] = Registry("dlexamples.repair.syntax.mistakes")


def mistake(function: Mistake) -> Mistake:
    """Registers a mistake under its function's name."""
    MISTAKES.add(function.__name__, function)
    return function


def read_drafts(source: str) -> list[Draft]:
    """Texts near `source` that the compiler reads, the cheapest first; none where no known mistakes explain it."""
    order = count()
    waiting = [(0, next(order), Draft(source))]
    seen = {source}
    found: list[Draft] = []
    for _ in range(MOST_DRAFTS):
        if not waiting or (found and waiting[0][0] > found[0].cost + 1) or len(found) == MOST_FOUND:
            break
        _, _, draft = heapq.heappop(waiting)
        fault = fault_of(draft.source)
        if fault is None:
            found.append(draft)
            continue
        if len(draft.changes) == DEPTH:
            continue
        for change in (change for made in MISTAKES.items().values() for change in made(fault)):
            if change.source not in seen:
                seen.add(change.source)
                after = Draft(change.source, (*draft.changes, change))
                heapq.heappush(waiting, (after.cost, next(order), after))
    return found


def fault_of(source: str) -> Fault | None:
    """The first thing that the compiler refuses; None where it reads all. What is too deep for it is no fault."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(ast.parse(source), "<block>", "exec", dont_inherit=True)
    except SyntaxError as error:
        line, column = error.lineno or 1, max(0, (error.offset or 1) - 1)
        end_line, end_column = error.end_lineno or line, (error.end_offset or 0) - 1
        if (end_line, end_column) <= (line, column):
            end_line, end_column = line, column + 1
        return Fault(source, error.msg, line, column, end_line, end_column)
    except ValueError as error:  # a NUL, a lone surrogate
        return Fault(source, str(error), 1, 0, 1, 1)
    except (RecursionError, MemoryError):
        return None
    return None
