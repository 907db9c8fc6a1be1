"""A long document in stretches that are read by themselves, so that a mistake in one costs no reading of the whole.

CommonMark's block structure is told line by line: behind a heading at the margin nothing is open but what swallows
headings, a fence or raw HTML. Whether something does is seen by reading: a fence that is put at a stretch's end is
found there, under the heading above it, or it is not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.elements import Fence
from dlexamples.formats.mended import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dlexamples.formats.elements import Comment
    from dlexamples.model import Edit

    Element = Fence | Comment

AROUND = 400
"""Rows above and below a faulty fence that its author's mistake may have to do with."""
ATX = re.compile(r"(#{1,6}) +\S")
SETEXT = re.compile(r"(=+|-+)[ \t]*")
END_MARK = "~" * 40


class Stretch(NamedTuple):
    """The rows from `start` to before `stop`, from 0, under the headings that are above them."""

    start: int
    stop: int
    rows: list[Row]
    above: int
    """How many of the rows are headings from further up."""
    end: str
    """The text of the fence that stands at its end; empty where the document ends there."""

    def ends_soundly(self, elements: Sequence[Element]) -> bool:
        """Whether nothing in these elements goes on below the stretch."""
        last = elements[-1] if elements else None
        return not self.end or (isinstance(last, Fence) and last.info == self.end and last.heading[-1:] == (self.end,))

    def placed(self, edit: Edit) -> Edit:
        """An edit of the document as one of the stretch's rows."""
        offset = self.start - self.above
        return replace(edit, line=edit.line - offset, end_line=edit.end_line - offset)

    def own(self, elements: Sequence[Element]) -> list[Element]:
        """Without what was put at the end."""
        return list(elements[:-1] if self.end else elements)


def around(rows: Sequence[Row], above: Sequence[Element], faulty: Fence, first: int) -> Iterator[Stretch]:
    """Stretches with the faulty fence in them, each longer than the one before; the last is all that is left.

    `above`: what was read above the fence. `first`: no stretch starts above this row, from 0, if it can be helped.
    """
    inside = _inside(above)
    starts = range(max(faulty.line - 1 - AROUND, first), 0, -1)
    start = next((i for i in starts if i not in inside and _is_boundary(rows, i)), 0)
    reach = AROUND
    while (below := faulty.end_line + reach) < len(rows):
        stop = next((i for i in range(below, len(rows)) if _is_boundary(rows, i)), len(rows))
        if stop < len(rows):
            yield stretch(rows, start, stop, above)
        reach *= 4
    yield stretch(rows, start, len(rows), above)
    if start:
        yield stretch(rows, 0, len(rows), above)


def stretch(rows: Sequence[Row], start: int, stop: int, above: Sequence[Element]) -> Stretch:
    headings = _headings_above(rows, start, _inside(above))
    own = [*headings, *rows[start:stop]]
    if stop == len(rows):
        return Stretch(start, stop, own, len(headings), "")
    level = ATX.match(rows[stop].text)
    assert level, "a stretch ends above a heading"
    name = f"end-of-stretch-{stop}"
    put_in = ("", f"{level[1]} {name}", "", f"{END_MARK}{name}", END_MARK)
    return Stretch(start, stop, [*own, *(Row(text, rows[stop].line, None) for text in put_in)], len(headings), name)


def _inside(elements: Iterable[Element]) -> frozenset[int]:
    """The rows, from 0, of these elements."""
    return frozenset(line - 1 for element in elements for line in range(element.line, element.end_line + 1))


def _is_boundary(rows: Sequence[Row], i: int) -> bool:
    return bool(ATX.match(rows[i].text)) and not rows[i - 1].text.strip()


def _headings_above(rows: Sequence[Row], start: int, inside: frozenset[int]) -> list[Row]:
    """The rows of the headings under which the row `start`, a heading, stands."""
    own = ATX.match(rows[start].text)
    lowest = len(own[1]) if own else 1
    found: list[Row] = []
    for i in range(start - 1, -1, -1):
        if lowest == 1:
            break
        if i in inside:
            continue
        if (heading := ATX.match(rows[i].text)) and len(heading[1]) < lowest:
            lowest = len(heading[1])
            found[:0] = [rows[i]]
        elif (
            i
            and SETEXT.fullmatch(rows[i].text)
            and rows[i - 1].text.strip()
            and (level := 1 if rows[i].text[0] == "=" else 2) < lowest
        ):
            lowest = level
            found[:0] = [Row("", rows[i - 1].line, None), rows[i - 1], rows[i]]
    return found
