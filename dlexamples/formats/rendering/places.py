"""Rows that hold the place of a block: of its own form, and in its own container, so that they are read as it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Block

FENCE = re.compile(r"(?P<before>.*?)(?P<mark>`{3,}|~{3,}|:{3,})")
TAG = re.compile(r"(?P<before>[^{]*)\{[{%]")
CONTAINER = re.compile(r"[ \t>]*")
STRAY = re.compile(r"^([ \t>]*(?:[-*+]\s+|\d+[.)]\s+)?)(?=```|~~~)")
COMMENT_END = re.compile(r"-->|\*/")


def with_places(rows: Sequence[str], blocks: Sequence[tuple[int, Block]], mark: str, literal: bool) -> list[str]:
    """The rows of a document in which `mark-number-` stands for each block. `literal`: as in `Render`."""
    found: list[str] = []
    at = 0
    for number, block in sorted(blocks, key=lambda pair: (pair[1].line, pair[1].first_line)):
        start, stop = _extent(block, rows)
        found += _between(rows[at:start], literal)
        found += _place(block, rows[min(block.line, len(rows)) - 1], f"{mark}-{number}-")
        at = max(at, stop)
    return [*found, *_between(rows[at:], literal)]


def _extent(block: Block, rows: Sequence[str]) -> tuple[int, int]:
    """The rows, from 0, that the place stands for. Hidden code stays in its comment, and its place is below that."""
    if block.form != "comment":
        return block.line - 1, max(block.end_line, block.line)
    last = min(block.end_line, len(rows)) - 1
    below = last + 1
    if not CONTAINER.sub("", rows[last], count=1).startswith("%"):
        below = next((i + 1 for i in range(last, len(rows)) if COMMENT_END.search(rows[i])), len(rows))
    return below, below


def _between(rows: Sequence[str], literal: bool) -> Iterator[str]:
    yield from (STRAY.sub(r"\1\\", row) if literal else row for row in rows)


def _place(block: Block, row: str, mark: str) -> tuple[str, ...]:
    """`row`: the first of the block."""
    if block.form == "indented":
        text = block.published.partition("\n")[0]
        return (row.removesuffix(text) + mark,)
    if block.form == "highlight" and (tag := TAG.match(row)):
        return f"{tag['before']}{{% highlight {mark} %}}", f"{_below(tag['before'])}{{% endhighlight %}}"
    fence = FENCE.match(row) if block.form == "fence" else None
    if not fence:
        before = CONTAINER.match(row)
        inside = before[0] if before else ""
        return f"{inside}```{mark}", f"{inside}```"
    name = "{code} " if fence["mark"].startswith(":") else ""
    return f"{fence['before']}{fence['mark']}{name}{mark}", f"{_below(fence['before'])}{fence['mark']}"


def _below(before: str) -> str:
    """What a row has before it that goes on in the container of one with `before`: a list's marker is blank there."""
    return re.sub(r"[^>\s]", " ", before)
