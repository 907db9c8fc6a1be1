"""The author's text as a terminal shows it, measured in cells."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

TAB = 4

# What moves the cursor, sets colours or turns the direction of writing would let a post forge the report.
_HIDDEN = dict.fromkeys(
    (*range(9), *range(10, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�"
)
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


@lru_cache(maxsize=1)
def document_lines(text: str) -> tuple[str, ...]:
    """The lines of a document as Markdown counts them: a form feed ends none. Each block of it is shown with them."""
    return tuple(re.split(r"\r\n?|\n", text))


def visible(text: str) -> str:
    """One line with tabs as spaces and nothing that acts on the terminal."""
    shown = ""
    for i, part in enumerate(text.translate(_HIDDEN).split("\t")):
        if i:
            shown += " " * (TAB - cell_len(shown) % TAB)
        shown += part
    return shown


def cell(text: str, column: int) -> int:
    """The cell, from 0, at which the character in `column`, from 1, of the line `text` starts."""
    return cell_len(visible(text[: max(column - 1, 0)]))


def crop(shown: str, focus: Sequence[tuple[int, int]], width: int, ellipsis: str) -> tuple[str, int]:
    """A window of `width` cells on `shown` that holds the cells of `focus`, and the cell where it starts."""
    length, edge = cell_len(shown), len(ellipsis)
    if length <= width:
        return shown, 0
    first, last = min((start for start, _ in focus), default=0), max((end for _, end in focus), default=0)
    left = 0
    if last > width - edge:
        context = min(8, max(width - 2 * edge - (last - first), 0))
        left = max(min(first - edge - context, length - width), 0)
    right = left + width
    head = ellipsis + _cells(shown, left + edge, right - edge) if left else _cells(shown, 0, right - edge)
    return head + (ellipsis if right < length else _cells(shown, right - edge, right)), left


def tail(output: str, count: int) -> list[str]:
    """The last lines that somebody watching the terminal would have been left with."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in _ESCAPE.sub("", output).split("\n"))
    return [visible(line).rstrip() for line in lines if line.strip()][-count:]


def _cells(shown: str, left: int, right: int) -> str:
    def index(cell: int) -> int:
        return bisect_left(range(len(shown) + 1), cell, key=lambda i: cell_len(shown[:i]))

    start, end = index(left), index(right)
    # A wide character that lies across an edge leaves blanks on either side of it.
    if cell_len(shown[:end]) > right:
        end -= 1
    body = shown[start:end]
    body = " " * (cell_len(shown[:start]) - left) + body
    return body + " " * (min(right, cell_len(shown)) - left - cell_len(body))
