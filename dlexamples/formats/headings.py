"""The headings of a Markdown text that stand in no container, by line."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Heading(NamedTuple):
    """A heading: its line from 1, its level, its text without marks."""

    line: int
    level: int
    text: str


def headings(text: str) -> Iterator[Heading]:
    """The headings of a text, in order."""
    tokens = _parser().parse(text)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            read = (child for child in inline.children or () if child.type != "html_inline")
            text = "".join(" " if child.type.endswith("break") else child.content for child in read)
            yield Heading(token.map[0] + 1, int(token.tag[1:]), " ".join(text.split()))


def under(above: Sequence[Heading], heading: Heading) -> list[Heading]:
    """The headings above what follows `heading`, itself among them."""
    return [*(each for each in above if each.level < heading.level), heading]


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")
