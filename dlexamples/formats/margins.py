"""What stands between a container's prefix and the code of a new line: a prompt, a margin, or nothing."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from dlexamples.formats.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Block


PROMPTED = re.compile(r"\s*(>>>|\.\.\.|In ?\[)")


def margins(block: Block, new: Sequence[str]) -> list[str]:
    """For each line of a new source, what a document's line has before it beyond the container's prefix."""
    if block.interactive:
        return _prompts(new, ipython=any("In [" in prefix for prefix in block.prefixes))
    return [_margin(block)] * len(new)


def has_margin(block: Block, start: int, stop: int) -> bool:
    """Whether lines in place of the rows `start` to `stop`, from 0, get one: those among plain code of an interpreter
    session get no prompt."""
    if not block.interactive:
        return True
    rows = list(zip(block.published.split("\n")[:-1], block.source.split("\n"), strict=False))
    before, after = rows[start - 1 : start] if start else [], rows[start : start + 1]
    # A blank line ends what was printed above it; what follows decides.
    near = after if start < stop or not before or not before[0][0].strip() else before
    return all(
        PROMPTED.match(published) or source.startswith("#>") or not published.strip() for published, source in near
    )


def _margin(block: Block) -> str:
    """The blanks by which the whole block stands away from the margin."""
    if not block.text:
        return ""
    pairs = zip(block.text.split("\n"), block.source.split("\n"), strict=True)
    widths = (text.removesuffix(source) for text, source in pairs if source and text.endswith(source))
    return max((width for width in widths if width.isspace()), key=len, default="")


def _prompts(new: Sequence[str], ipython: bool) -> list[str]:
    first, then = ("In [ ]: ", "   ...: ") if ipython else (">>> ", "... ")
    inside = set(_continued("\n".join(new)))
    return [then if i in inside else first if row.strip() else "" for i, row in enumerate(new, 1)]


def _continued(source: str) -> Iterator[int]:
    """The numbers, from 1, of the lines on which a statement goes on."""
    tree = parsed(source)
    for statement in tree.body if tree else ():
        decorators = (node.lineno for node in getattr(statement, "decorator_list", ()))
        start = min(chain([statement.lineno], decorators))
        yield from range(start + 1, (statement.end_lineno or start) + 1)
