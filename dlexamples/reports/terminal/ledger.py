"""The table of `list`: one row a fence, below it what else is to be said of it, and the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from dlexamples.ledger import NOT_PYTHON, other_languages, total
from dlexamples.reports.terminal.surface import wrapped
from dlexamples.reports.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dlexamples.ledger import Ledger, Row
    from dlexamples.model import Flaw
    from dlexamples.reports.terminal.surface import Surface

GAP, INDENT, LABEL = 2, 4, 10
LEVELS = {"error": "bold red", "warning": "yellow", "note": "cyan"}
Line = tuple[tuple[str, str], ...]
"""Texts with their styles in rich's words. rich's own `Text` takes seconds for thousands of rows."""
NARROWEST = 30
"""The reason has a line of its own where a terminal leaves it less."""


class Columns(NamedTuple):
    """Widths in cells."""

    place: int
    id: int
    language: int
    session: int


def table(ledgers: Sequence[Ledger], surface: Surface, *, wrap: bool) -> Iterator[Line]:
    """The rows and totals of every document, and of all together. `wrap`: at the width of the terminal."""
    width = surface.width if wrap else 0
    for each in ledgers:
        yield from _document(each, width)
        yield (_path(each), "bold"), (f": {_counts(len(each.rows), each.totals, each.languages)}", "")
        if len(ledgers) > 1:
            yield ()
    if len(ledgers) > 1:
        count = sum(len(each.rows) for each in ledgers)
        told = _counts(count, total(ledgers), other_languages(ledgers))
        yield (f"{len(ledgers)} documents", "bold"), (f": {told}", "")


def plain(line: Line) -> str:
    return "".join(text for text, _ in line).rstrip()


def styled(line: Line) -> Text:
    text = Text.assemble(*line)
    text.rstrip()
    return text


def _document(each: Ledger, width: int) -> Iterator[Line]:
    places = [f"{_path(each)}:{row.block.line}-{row.block.end_line}" for row in each.rows]
    columns = Columns(
        _width(places),
        _width(visible(row.block.id) for row in each.rows),
        _width(visible(row.block.language) for row in each.rows),
        _width(visible(row.session) for row in each.rows),
    )
    for place, row in zip(places, each.rows, strict=True):
        yield from _row(place, row, columns, width)
        for label, style, text in _remarks(row):
            yield from _remark(label, style, text, width)
    for flaw in each.document.flaws:
        yield from _remark(*_flaw(flaw), width)


def _row(place: str, row: Row, columns: Columns, width: int) -> Iterator[Line]:
    block = row.block
    why = visible(block.why + (f"; does not parse: {block.syntax_error}" if block.syntax_error else ""))
    language = visible(block.language)
    start = (
        (_padded(place, columns.place), ""),
        (_padded(visible(block.id), columns.id), "bold"),
        (_padded(language, columns.language), "dim" if row.outlook == NOT_PYTHON else "green"),
        (_padded(visible(row.session), columns.session) if columns.session else "", ""),
    )
    yield from _hung(start, why, "dim", width)


def _remarks(row: Row) -> Iterator[tuple[str, str, str]]:
    for marker in row.block.markers:
        yield "marker", "", f"{marker.text} ({marker.dialect}, line {marker.span.line})"
    for words in row.in_force:
        yield "in force", "", words
    if row.block.near_miss:
        yield "near miss", "yellow", row.block.near_miss
    for flaw in row.block.flaws:
        yield _flaw(flaw)


def _flaw(flaw: Flaw) -> tuple[str, str, str]:
    diagnostic = flaw.diagnostic
    text, where = f"{diagnostic.code}: {diagnostic.message}", f"line {diagnostic.span.line}"
    told = text if where in text else f"{text} ({where})"
    return diagnostic.level, LEVELS.get(diagnostic.level, ""), told


def _remark(label: str, style: str, text: str, width: int) -> Iterator[Line]:
    yield from _hung(((" " * INDENT, ""), (label.ljust(LABEL), style)), visible(text), "", width)


def _hung(start: Line, text: str, style: str, width: int) -> Iterator[Line]:
    """The text beside its start, wrapped there; below it where too little room is left."""
    if not width:
        yield (*start, (text.rstrip(), style))
        return
    indent = sum(cell_len(part) for part, _ in start)
    if width - indent < NARROWEST:
        yield start
        start, indent = ((" " * INDENT, ""),), INDENT
    for line in wrapped(text, width - indent):
        yield (*start, (line, style))
        start = ((" " * indent, ""),)


def _counts(count: int, totals: Mapping[str, int], languages: Mapping[str, int]) -> str:
    """`3 fences: 1 run, 2 not Python (bash 1, text 1)`."""
    others = ", ".join(f"{visible(language)} {number}" for language, number in languages.items())
    parts = [f"{number} {outlook}" for outlook, number in totals.items()]
    if others:
        parts[-1] += f" ({others})"
    told = f"{count} fence{'s' * (count != 1)}"
    return ": ".join([told, ", ".join(parts)]) if parts else told


def _path(each: Ledger) -> str:
    return visible(str(each.document.path))


def _width(texts: Iterator[str] | Sequence[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _padded(text: str, width: int) -> str:
    return text + " " * (width + GAP - cell_len(text))
