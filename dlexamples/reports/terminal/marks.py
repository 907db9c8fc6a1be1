"""Underlines and the labels that hang from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from dlexamples.reports.terminal.surface import wrapped
from dlexamples.reports.terminal.visible import cell, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Span

_NARROW = 24
"""A label is not squeezed into fewer cells than this."""


@dataclass(frozen=True, slots=True)
class Region:
    """What a span covers on the screen: cells from 0, `end` one past the last."""

    line: int
    start: int
    end_line: int
    end: int
    first_line_end: int
    label: str
    style: str
    character: str

    @classmethod
    def of(cls, lines: Sequence[str], span: Span, label: str, style: str, character: str) -> Region:
        """`span` of a document with these lines; whatever lies outside the document is brought into it."""
        line = min(max(span.line, 1), len(lines))
        end_line = min(max(span.end_line, line), len(lines))
        first_line_end = cell_len(visible(lines[line - 1]).rstrip())
        start = min(cell(lines[line - 1], span.column), first_line_end)
        end = cell(lines[end_line - 1], span.end_column)
        # A place between two characters, such as the end of the text, still has to be seen.
        end = max(end, 1 if end_line > line else start + 1)
        return cls(line, start, end_line, end, max(first_line_end, start + 1), visible(label), style, character)

    def first_line_only(self) -> Region:
        if self.end_line == self.line:
            return self
        return replace(self, end_line=self.line, end=self.first_line_end)

    def moved(self, left: int, width: int) -> Region:
        """The region in a window of `width` cells that starts at the cell `left`."""
        start = min(max(self.start - left, 0), width - 1)
        return replace(self, start=start, end=max(min(self.end - left, width), start + 1))

    def closing(self, left: int, width: int) -> Text:
        """The row under the last line of a region of several lines, in the same window."""
        rail = "_" * min(max(self.end - left, 1), width)
        return Text(f"|{rail}{self.character} {self.label}", self.style)


def mark_rows(regions: Sequence[Region], width: int) -> list[Text]:
    """The rows under one line: all underlines, the last one's label beside it, the others' hanging below."""
    if not regions:
        return []
    hanging = sorted((region for region in regions if region.label), key=lambda region: region.start)
    rows = [_underlines(regions)]
    end = max(region.end for region in regions)
    if hanging and hanging[-1].end == end and end + 1 + cell_len(hanging[-1].label) <= width:
        last = hanging.pop()
        rows[0].append(f" {last.label}", last.style)
    if hanging:
        rows.append(_strings(hanging))
    while hanging:
        last = hanging.pop()
        start = max(min(last.start, width - cell_len(last.label)), min(last.start, max(width - _NARROW, 0)), 0)
        beside = _strings([region for region in hanging if region.start < start])
        rows += [_placed(beside, start, line, last.style) for line in wrapped(last.label, width - start)]
    return rows


def _underlines(regions: Sequence[Region]) -> Text:
    cells = [(" ", "")] * max(region.end for region in regions)
    # The primary region comes first and is painted last: nothing hides it.
    for region in reversed(regions):
        cells[region.start : region.end] = [(region.character, region.style)] * (region.end - region.start)
    runs = (list(run) for _, run in groupby(cells))
    return Text.assemble(*((run[0][0] * len(run), run[0][1]) for run in runs))


def _strings(regions: Sequence[Region]) -> Text:
    row = Text()
    for region in regions:
        row = _placed(row, region.start, "|", region.style) if region.start >= row.cell_len else row
    return row


def _placed(row: Text, start: int, content: str, style: str) -> Text:
    return Text.assemble(row, " " * max(start - row.cell_len, 0), (content, style))
