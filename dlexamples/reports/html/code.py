"""The code of a card: one list of rows from which the published text, the runnable one and their difference are seen.

A row is shown in two of the three at least, so the code is in the page once and the switch is a matter of style.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.reports.html.highlight import Mark, as_html, coloured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup

    from dlexamples.model import Block, Outcome, Span
    from dlexamples.reports.html.notes import Note

CONTEXT = 3
FEWEST = 4
"""Unchanged rows that are worth a fold."""
IMPORT = re.compile(r"\s*(?:import|from)\s")
FEW_ROWS = 3
"""A message about so many rows stands below the last of them, one about more below the first."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the published text, of the runnable one, or of both."""

    kind: str
    """`same`, `del` or `ins`."""
    before: int | None
    """The document's line."""
    after: int | None
    """The line of the runnable text, from 1."""
    code: Markup
    runnable: Markup | None = None
    """What stands for a published line that is no Python: a prompt, a magic."""
    notes: tuple[Note, ...] = ()
    supplied: str = ""
    """The name that a line is supplied for."""
    claim: str = ""
    """At the first of such lines that is no import: what the data are."""


class Section(NamedTuple):
    """Rows that are shown or folded together."""

    rows: tuple[Row, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """What a card shows of a block's text."""

    sections: tuple[Section, ...]
    changed: bool
    """The runnable text is another than the published one."""
    above: tuple[Note, ...]
    """Messages about what stands round the code: a fence, a marker."""


def code_of(outcome: Outcome, notes: Sequence[Note], lines: Sequence[str]) -> Code:
    """`lines`: the document's, as a reader of its source sees them."""
    block = outcome.block
    below = _placed(block, notes)
    rows = list(_rows(outcome, below, _marks(block, notes, lines)))
    changed = any(row.kind != "same" or row.runnable is not None for row in rows)
    told = {id(note) for found in below.values() for note in found}
    above = tuple(note for note in notes if id(note) not in told)
    sections = tuple(_folded(rows)) if changed else (Section(tuple(rows)),)
    return Code(sections, changed, above)


def _placed(block: Block, notes: Sequence[Note]) -> dict[int, list[Note]]:
    """By the document's line: what is said below it."""
    last = block.first_line + len(_rows_of(block.published)) - 1
    found: dict[int, list[Note]] = defaultdict(list)
    for note in notes:
        span = note.span
        line = span.end_line if span.end_line - span.line < FEW_ROWS else span.line
        if block.first_line <= line <= last:
            found[line].append(note)
    return found


def _marks(block: Block, notes: Sequence[Note], lines: Sequence[str]) -> dict[int, list[Mark]]:
    """By the document's line: what is underlined. The places of the messages come first."""
    found: dict[int, list[Mark]] = defaultdict(list)
    places = [(note.span, f"m-{note.level}", note.label) for note in notes]
    places += [(related.span, "m-related", related.message) for note in notes for related in note.related]
    published = _rows_of(block.published)
    for span, style, title in places:
        for line in range(span.line, min(span.end_line, span.line + FEW_ROWS) + 1):
            number = line - block.first_line
            if 0 <= number < len(published) and line <= len(lines):
                prefix = len(lines[line - 1]) - len(published[number])
                found[line].append(_mark(span, line, prefix, published[number], style, title))
    return found


def _mark(span: Span, line: int, prefix: int, row: str, style: str, title: str) -> Mark:
    start = span.column - 1 - prefix if line == span.line else len(row) - len(row.lstrip())
    end = span.end_column - 1 - prefix if line == span.end_line else len(row.rstrip())
    return Mark(max(start, 0), max(end, 0), style, title)


def _rows(outcome: Outcome, notes: Mapping[int, list[Note]], marks: Mapping[int, list[Mark]]) -> Iterator[Row]:
    block = outcome.block
    published, source = _rows_of(block.published), _rows_of(block.source)
    runnable = _rows_of(outcome.runnable_source or block.source)
    told = coloured("\n".join(published), _language(block))
    run = coloured("\n".join(runnable), "python") if block.is_python else told
    supplied = _supplied(outcome)
    above = ""
    for tag, i, j, k, end in SequenceMatcher(None, source, runnable, autojunk=False).get_opcodes():
        for number in range(i, j):
            line = block.first_line + number
            after = k + number - i if tag == "equal" else None
            differs = after is not None and published[number] != runnable[after]
            yield Row(
                "same" if tag == "equal" else "del",
                line,
                None if after is None else after + 1,
                as_html(told[number], marks.get(line, ())),
                as_html(run[after]) if differs and after is not None else None,
                tuple(notes.get(line, ())),
            )
        for number in range(k, end) if tag != "equal" else ():
            name, claim = supplied.get(runnable[number].strip(), ("", ""))
            yield Row(
                "ins", None, number + 1, as_html(run[number]), supplied=name, claim=claim if name != above else ""
            )
            above = name if claim or not name else above
        above = above if tag != "equal" else ""


def _language(block: Block) -> str:
    if block.is_python:
        return "pycon" if block.interactive else "python"
    return block.language


def _supplied(outcome: Outcome) -> dict[str, tuple[str, str]]:
    """By a line that was supplied, without its indentation: for which name, and what is true of the data."""
    return {
        row.strip(): (fill.name, "" if fill.shape is None or IMPORT.match(row) else fill.claim.value)
        for fill in outcome.fills
        for row in fill.source.splitlines()
        if row.strip()
    }


def _folded(rows: Sequence[Row]) -> Iterator[Section]:
    """The rows near what changes or is told, and those between, folded."""
    near = [i for i, row in enumerate(rows) if row.kind != "same" or row.notes or row.runnable is not None]
    shown = {k for i in near for k in range(i - CONTEXT, i + CONTEXT + 1)}
    start = 0
    for i in range(1, len(rows) + 1):
        if i < len(rows) and (i in shown) == (start in shown):
            continue
        folded = start not in shown and i - start >= FEWEST
        yield Section(tuple(rows[start:i]), folded)
        start = i


def _rows_of(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")
