"""Markdown posts: CommonMark with YAML front matter (https://spec.commonmark.org)."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from mdit_py_plugins.front_matter import front_matter_plugin

from dlexamples.formats import reader
from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.fence import document
from dlexamples.formats.lines import BOM, lines
from dlexamples.formats.recovery import recovered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from markdown_it.token import Token

    from dlexamples.model import Document


@reader(".md", ".markdown")
def parse(path: Path, text: str) -> Document:
    """Every fence of a Markdown text, as a document."""
    return document(path, text, recovered(text, elements))


def elements(text: str) -> Iterator[Fence | Comment]:
    """Fences and comments in the document's order, with the headings above in their own container and in those
    around."""
    rows = [line.text for line in lines(text.removeprefix(BOM))]
    tokens = _tokens("".join(f"{row}\n" for row in rows))
    # Headings are (level, text), a list a container: those in a quote say nothing of what follows the quote.
    containers: list[list[tuple[int, str]]] = [[]]
    for i, token in enumerate(tokens):
        match token.type:
            case "blockquote_open" | "list_item_open":
                containers.append([])
            case "blockquote_close" | "list_item_close":
                containers.pop()
            case "heading_open":
                level = int(token.tag[1:])
                above = [heading for heading in containers[-1] if heading[0] < level]
                containers[-1] = [*above, (level, _plain(tokens[i + 1]))]
            case "fence":
                yield _fence(token, rows, tuple(name for names in containers for _, name in names if name))


def _fence(token: Token, rows: Sequence[str], heading: tuple[str, ...]) -> Fence:
    assert token.map is not None, "block tokens have a map"
    opening, end = token.map
    contents = token.content.split("\n")[:-1]
    pairs = [_split(row, content) for row, content in zip(rows[opening + 1 :], contents, strict=False)]
    return Fence(
        line=opening + 1,
        end_line=end,
        heading=heading,
        info=unescapeAll(token.info).strip(),
        text="".join(f"{source}\n" for _, source in pairs),
        first_line=opening + 2,
        prefixes=tuple(prefix for prefix, _ in pairs),
        # A closing marker has a row of its own, and is no content.
        closed=end - opening - 1 > len(contents),
    )


def _split(row: str, content: str) -> tuple[str, str]:
    """A row's prefix and source. The source is cut from the row, because the parser replaces NUL characters."""
    start = len(row) - len(content)
    if start >= 0 and row[start:].replace("\0", "\ufffd") == content:
        return row[:start], row[start:]
    # A tab that straddles the container's edge: the parser has put one to three blanks in the rest of its place.
    blanks = next(n for n in (1, 2, 3) if row[start + n - 1] == "\t" and content[:n] == " " * n)
    return row[: start + blanks - 1], content[:blanks] + row[start + blanks :]


def _tokens(text: str) -> list[Token]:
    links: dict[str, Any] = {}
    tokens = _blocks_only(front_matter=True).parse(text, links)
    hidden = next((token.content for token in tokens if token.type == "front_matter"), "")
    # Two rules with code between them are no front matter, and no fence may get lost.
    if re.search(r"^ {0,3}(```|~~~)", hidden, re.MULTILINE):
        links = {}
        tokens = _blocks_only(front_matter=False).parse(text, links)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            inline.children = _inline().parseInline(inline.content, links)[0].children
    return tokens


@cache
def _blocks_only(front_matter: bool) -> MarkdownIt:
    """Emphasis and links matter in headings alone; a post is mostly prose, and parsing them costs time."""
    parser = MarkdownIt("commonmark").disable(["inline", "text_join"])
    return parser.use(front_matter_plugin) if front_matter else parser


@cache
def _inline() -> MarkdownIt:
    return MarkdownIt("commonmark")


def _plain(inline: Token) -> str:
    """The heading as it is read: no emphasis marks, no link targets, no HTML."""
    parts = [_plain_part(token) for token in inline.children or ()]
    return " ".join("".join(parts).split())


def _plain_part(token: Token) -> str:
    match token.type:
        case "softbreak" | "hardbreak":
            return " "
        case "text" | "code_inline" | "image":
            return token.content
    return ""
