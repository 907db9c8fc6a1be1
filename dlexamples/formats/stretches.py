"""A long document in stretches that are read by themselves, so that a mistake in one costs no reading of the whole.

CommonMark's block structure is told line by line: behind prose at the margin, with a blank line above, nothing is open
but what swallows prose, a fence or raw HTML. Whether something does is seen by reading: a fence that is put at a
stretch's end is found there, or it is not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.elements import Fence
from dlexamples.formats.mended import Row
from dlexamples.formats.prose import is_prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.formats.elements import Comment
    from dlexamples.model import Edit

    Element = Fence | Comment

AROUND = 400
"""Rows above and below a faulty fence that its author's mistake may have to do with."""
ATX = re.compile(r"(#{1,6}) +\S")
SETEXT = re.compile(r"(=+|-+)[ \t]*")
LEVELS = 6
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

    def ends_under(self, elements: Sequence[Element]) -> tuple[str, ...] | None:
        """The headings above what follows the stretch; None where something in these elements goes on below it."""
        if not self.end:
            return ()
        last = elements[-1] if elements else None
        return last.heading if isinstance(last, Fence) and last.info == self.end else None

    def placed(self, edit: Edit) -> Edit:
        """An edit of the document as one of the stretch's rows."""
        offset = self.start - self.above
        return replace(edit, line=edit.line - offset, end_line=edit.end_line - offset)

    def own(self, elements: Sequence[Element]) -> list[Element]:
        """Without what was put at the end."""
        return list(elements[:-1] if self.end else elements)


def around(
    rows: Sequence[Row], above: Sequence[Element], below: Sequence[Element], faulty: Fence, first: int
) -> Iterator[Stretch]:
    """Stretches with the faulty fence in them, each longer than the one before, none to the document's end.

    `above`, `below`: what was read above and from the fence on. `first`: no stretch starts above this row, from 0.
    """
    starts = range(max(faulty.line - 1 - AROUND, first), first, -1)
    start = next((i for i in starts if not _is_inside(i, above) and _is_at_margin(rows, i)), first)
    reach = AROUND
    while (end := faulty.end_line + reach) < len(rows):
        # A mistake may turn everything below it inside out: code was read as prose and prose as code.
        outside = (i for i in range(end, len(rows)) if _is_at_margin(rows, i) and not _is_inside(i, below))
        prose = (i for i in range(end, len(rows)) if _is_at_margin(rows, i) and _is_prose(rows[i]))
        swallowed = (i for i in prose if _is_inside(i, below))
        stops = {stop for found in (outside, swallowed) for stop in islice(found, 1)}
        yield from (stretch(rows, start, stop, above) for stop in sorted(stops))
        reach *= 4


def stretch(rows: Sequence[Row], start: int, stop: int, above: Sequence[Element]) -> Stretch:
    headings = _headings_above(rows, start, above)
    own = [*headings, *rows[start:stop]]
    if stop == len(rows):
        return Stretch(start, stop, own, len(headings), "")
    name = f"end-of-stretch-{stop}"
    put_in = ("The stretch ends here.", "", f"{END_MARK}{name}", END_MARK)
    return Stretch(start, stop, [*own, *(Row(text, rows[stop].line, None) for text in put_in)], len(headings), name)


def _is_inside(row: int, elements: Sequence[Element]) -> bool:
    """Whether the row, from 0, is one of an element's; they come in the document's order."""
    at = bisect_right(elements, row + 1, key=lambda element: element.line)
    return at > 0 and row < elements[at - 1].end_line


def _is_at_margin(rows: Sequence[Row], i: int) -> bool:
    """Whether a paragraph or a heading at the margin may begin there, which ends lists, quotes and the like."""
    first = rows[i].text[:1]
    return (first.isalpha() or first in {"#", "`", '"', "("}) and not rows[i - 1].text.strip()


def _is_prose(row: Row) -> bool:
    return bool(ATX.match(row.text)) or is_prose(row.text)


def _headings_above(rows: Sequence[Row], start: int, above: Sequence[Element]) -> list[Row]:
    """The rows of the headings under which the row `start` stands."""
    own = ATX.match(rows[start].text)
    lowest = len(own[1]) if own else LEVELS + 1
    found: list[Row] = []
    for i in range(start - 1, -1, -1):
        if lowest == 1:
            break
        heading = ATX.match(rows[i].text)
        is_underline = i > 0 and SETEXT.fullmatch(rows[i].text) and rows[i - 1].text.strip()
        if not (heading or is_underline) or _is_inside(i, above):
            continue
        if heading and len(heading[1]) < lowest:
            lowest = len(heading[1])
            found[:0] = [rows[i]]
        elif is_underline and (level := 1 if rows[i].text[0] == "=" else 2) < lowest:
            lowest = level
            found[:0] = [Row("", rows[i - 1].line, None), rows[i - 1], rows[i]]
    return found
