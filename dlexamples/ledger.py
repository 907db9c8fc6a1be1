"""What `list` tells: every fence of a document, one row each, and totals whose sum is the number of fences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.sessions import for_others, session_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dlexamples.model import Block, Document

RUN, CHECKED, SKIPPED, NOT_PYTHON = "run", "checked, not run", "skipped", "not Python"


@dataclass(frozen=True, slots=True)
class Row:
    """One fence."""

    block: Block
    session: str
    """Empty for a fence that no session holds."""
    outlook: str
    """What `check` would do with it: one of the constants above."""
    in_force: tuple[str, ...]
    """What its markers, and what it shows itself, ask for; in words."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The fences of one document, in order."""

    document: Document
    rows: tuple[Row, ...]

    @property
    def totals(self) -> Mapping[str, int]:
        """How many fences have each outlook."""
        return total([self])

    @property
    def languages(self) -> Mapping[str, int]:
        """How many fences there are in each other language."""
        return other_languages([self])


def ledger(document: Document, mode: str = "auto") -> Ledger:
    """`mode`: as in `sessions`."""
    sessions = session_names(document, mode)
    others = {block.id for block in for_others(document)}
    rows = (
        Row(block, sessions.get(block.id, ""), _outlook(block, others), tuple(_in_force(block, others)))
        for block in document.blocks
    )
    return Ledger(document, tuple(rows))


def total(ledgers: Iterable[Ledger]) -> dict[str, int]:
    """How many fences have each outlook, in the order of the constants above."""
    count = Counter(row.outlook for each in ledgers for row in each.rows)
    return {outlook: count[outlook] for outlook in (RUN, CHECKED, SKIPPED, NOT_PYTHON) if count[outlook]}


def other_languages(ledgers: Iterable[Ledger]) -> dict[str, int]:
    """How many fences there are in each language but Python, the most first."""
    count = Counter(row.block.language for each in ledgers for row in each.rows if row.outlook == NOT_PYTHON)
    return dict(count.most_common())


def _outlook(block: Block, others: Iterable[str]) -> str:
    if not block.is_python:
        return NOT_PYTHON
    if block.marks.skip or block.id in others:
        return SKIPPED
    return CHECKED if block.marks.no_run else RUN


def _in_force(block: Block, others: Iterable[str]) -> Iterator[str]:
    marks = block.marks
    if not block.is_python:
        return
    if marks.skip:
        yield f"skipped: {marks.skip}"
    if block.id in others:
        yield f"skipped: {' or '.join(sorted(block.tabs))} is not installed here"
    elif block.tabs:
        yield f"for readers of {' or '.join(sorted(block.tabs))}"
    if marks.no_run:
        yield "its calls are checked, and nothing is run"
    if marks.raises:
        yield f"must end with {marks.raises}"
    if marks.timeout is not None:
        yield f"has {marks.timeout:g} s"
    if marks.epochs is not None:
        yield f"trains for {marks.epochs} epoch{'s' * (marks.epochs != 1)}"
    if marks.device:
        yield f"runs on {marks.device}"
    if marks.session:
        yield f"shares the session {marks.session}"
    if marks.clears:
        yield "starts with an empty namespace"
    if marks.ignore:
        yield f"{', '.join(sorted(marks.ignore))} is not told"
    if block.printed:
        yield f"its output is compared, {len(block.printed)} time{'s' * (len(block.printed) != 1)}"
