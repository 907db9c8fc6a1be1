"""The lines of a document that a diagnostic speaks of, with the marks under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from dlexamples.reports.terminal.marks import Region, mark_rows
from dlexamples.reports.terminal.visible import crop, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.reports.terminal.gutter import Gutter
    from dlexamples.reports.terminal.surface import Surface

_HEAD, _TAIL = 3, 2
"""Of a longer region, so many lines are shown at either end."""


def excerpt(lines: Sequence[str], regions: Sequence[Region], gutter: Gutter, surface: Surface) -> Iterator[Text]:
    """Rows for the regions, the first of which is the primary one."""
    # Only the primary region is drawn over several lines: two bars side by side are a puzzle.
    block = regions[0] if regions[0].end_line > regions[0].line else None
    flat = [region.first_line_only() for region in regions if region is not block]
    room = max(surface.width - gutter.width - (2 if block else 0), 20)
    previous = 0
    for number in _shown(flat, block):
        if previous and number > previous + 1:
            yield gutter.gap(_side(previous, block, below=True))
        previous = number
        here = [region for region in flat if region.line == number]
        ends = [block] if block and number == block.end_line else []
        focus = [(region.start, region.end) for region in here] + [(region.end - 1, region.end) for region in ends]
        code, left = crop(visible(lines[number - 1]), focus, room, surface.glyphs.ellipsis)
        yield gutter.row(_side(number, block) + Text(code), number)
        for row in mark_rows([region.moved(left, room) for region in here], room):
            yield gutter.row(_side(number, block, below=number != getattr(block, "end_line", 0)) + row)
        for region in ends:
            yield gutter.row(region.closing(left, room))


def _shown(flat: Sequence[Region], block: Region | None) -> list[int]:
    """The numbers of the lines to draw; a single line between two others is worth more than an ellipsis."""
    wanted = {region.line for region in flat}
    if block:
        whole = range(block.line, block.end_line + 1)
        wanted |= {*whole[:_HEAD], *whole[-_TAIL:]}
    return sorted(wanted | {number + 1 for number in wanted if number + 2 in wanted})


def _side(number: int, block: Region | None, *, below: bool = False) -> Text:
    """The bar that runs along a region of several lines, on the line `number` or just below it."""
    if not block:
        return Text()
    if number == block.line and not below:
        return Text("/ ", block.style)
    inside = block.line <= number < block.end_line + (not below)
    return Text("| " if inside else "  ", block.style)
