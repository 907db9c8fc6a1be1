"""A document's rows while they are mended, and what is read from them told in lines of the published one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.lines import BOM, texts
from dlexamples.model import Applicability, Edit, Flaw, Span

if TYPE_CHECKING:
    from collections.abc import Sequence


class Row(NamedTuple):
    """One line of the mended document."""

    text: str
    line: int
    """The published line that it stands for; of a row that was put in, the one above it."""
    published: str | None
    """That line's text; None for a row that was put in."""


class Change(NamedTuple):
    """The rows from `start` to before `stop`, from 0, and what stands in their place."""

    start: int
    stop: int
    texts: tuple[str, ...]


def rows_of(text: str) -> list[Row]:
    return [Row(row, i, row) for i, row in enumerate(texts(text.removeprefix(BOM)), 1)]


def text_of(rows: Sequence[Row]) -> str:
    return "".join(f"{row.text}\n" for row in rows)


def changed(rows: Sequence[Row], changes: Sequence[Change]) -> list[Row]:
    """The rows after the changes, which do not overlap."""
    found = list(rows)
    for change in sorted(changes, reverse=True):
        found[change.start : change.stop] = _in_place_of(rows, change)
    return found


def _in_place_of(rows: Sequence[Row], change: Change) -> list[Row]:
    old = rows[change.start : change.stop]
    if not old:
        above = rows[change.start - 1].line if change.start else 0
        return [Row(text, above, None) for text in change.texts]
    last = len(old) - 1
    return [Row(text, old[min(i, last)].line, old[min(i, last)].published) for i, text in enumerate(change.texts)]


def is_untouched(rows: Sequence[Row], change: Change) -> bool:
    return all(row.text == row.published for row in rows[change.start : change.stop])


def edit_of(rows: Sequence[Row], change: Change, rule: str, applicability: Applicability, description: str) -> Edit:
    """`change`, which is of untouched rows, as an edit of the published document."""
    old = rows[change.start : change.stop]
    line = old[0].line if old else rows[change.start - 1].line + 1
    return Edit(
        rule=rule,
        line=line,
        end_line=line + len(old) - 1,
        before="".join(f"{row.text}\n" for row in old),
        after="".join(f"{text}\n" for text in change.texts),
        applicability=applicability,
        description=description,
    )


def as_published(element: Fence | Comment, rows: Sequence[Row]) -> Fence | Comment:
    """An element of the mended document where it stands in the published one."""
    first = element.first_line - 1
    if isinstance(element, Comment):
        return replace(
            element,
            line=_line(element.line, rows),
            end_line=_line(element.end_line, rows),
            first_line=_line(element.first_line, rows),
        )
    texts = element.text.split("\n")[:-1]
    prefixes = zip(rows[first : first + len(texts)], texts, element.prefixes, strict=True)
    return replace(
        element,
        line=_line(element.line, rows),
        end_line=_line(element.end_line, rows),
        first_line=_line(element.first_line, rows) if texts else _line(element.line, rows) + 1,
        prefixes=tuple(_prefix(row, text, prefix) for row, text, prefix in prefixes),
        flaws=tuple(_flaw(flaw, rows) for flaw in element.flaws),
    )


def _line(line: int, rows: Sequence[Row]) -> int:
    return rows[line - 1].line if line <= len(rows) else line - len(rows) + (rows[-1].line if rows else 0)


def _prefix(row: Row, text: str, prefix: str) -> str:
    """The published line before `text`, which lacks a prefix that was put in, or a marker behind the code."""
    if row.published is None or row.text == row.published or row.published.startswith(prefix + text):
        return prefix
    return row.published.removesuffix(text)


def _flaw(flaw: Flaw, rows: Sequence[Row]) -> Flaw:
    span = flaw.diagnostic.span
    at = Span(_line(span.line, rows), span.column, _line(span.end_line, rows), span.end_column)
    edits = (
        replace(edit, line=(line := _line(edit.line, rows)), end_line=line + edit.end_line - edit.line)
        for edit in flaw.edits
    )
    return replace(flaw, diagnostic=replace(flaw.diagnostic, span=at), edits=tuple(edits))
