"""The parsers of the dialects of Markdown: markdown-it with other rules."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

from dlexamples.formats.containers.comments import comments
from dlexamples.formats.containers.directives import directives
from dlexamples.formats.containers.highlight import highlight
from dlexamples.formats.containers.html import html, verbatim_html
from dlexamples.formats.containers.mkdocs import mkdocs
from dlexamples.formats.containers.paragraphs import paragraphs
from dlexamples.formats.first_characters import by_first_character
from dlexamples.formats.front_matter import front_matter_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.token import Token

NESTING = 100
"""Containers within each other that are read; what lies deeper is text. CommonMark names no limit, Python does."""
MARKUP = re.compile(r"[*_`~\[\]!<>&\\:]")
"""What a heading without emphasis, links and the like has none of."""
LONGEST = 2000
"""Characters of a heading whose markup is read; that takes the square of its length."""


class Dialect(NamedTuple):
    """What a dialect adds to CommonMark, and what it does without."""

    rules: tuple[Callable[[MarkdownIt], None], ...]
    without: tuple[str, ...] = ()


SHARED = (paragraphs, comments, directives, mkdocs, highlight)
MARKDOWN = Dialect((*SHARED, html))
MDX = Dialect((*SHARED, verbatim_html), without=("code",))


def tokens(rows: Sequence[str], dialect: Dialect) -> list[Token]:
    """The block tokens of a document without its front matter."""
    above = front_matter_rows(rows)
    text = "".join(f"{row}\n" for row in rows[above:])
    return _blocks(dialect).parse("\n" * above + text)


def plain_text(inline: Token) -> str:
    """A heading as it is read: no emphasis marks, no link targets, no HTML."""
    if len(inline.content) > LONGEST or not MARKUP.search(inline.content):
        return " ".join(inline.content.split())
    parts = (_plain_part(token) for token in _inline().parseInline(inline.content)[0].children or ())
    return " ".join("".join(parts).split())


def _plain_part(token: Token) -> str:
    match token.type:
        case "softbreak" | "hardbreak":
            return " "
        case "text" | "code_inline" | "image":
            return token.content
    return ""


@cache
def _blocks(dialect: Dialect) -> MarkdownIt:
    """Emphasis and links matter in headings alone; a post is mostly prose, and parsing them costs time."""
    parser = MarkdownIt("commonmark", {"maxNesting": NESTING}).disable(["inline", "text_join"])
    for rule in dialect.rules:
        parser.use(rule)
    parser.disable(list(dialect.without))
    return parser.use(by_first_character)


@cache
def _inline() -> MarkdownIt:
    return MarkdownIt("commonmark")
