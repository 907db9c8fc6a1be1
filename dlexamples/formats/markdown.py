"""Markdown posts: CommonMark (https://spec.commonmark.org) with what MkDocs, MyST, Quarto, Jekyll, Hugo and MDX add.

Every fence, every indented code block and every highlight tag is one element, with one exception: a MyST directive
whose Markdown body holds fences is a container of those (`containers/directives.py`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from markdown_it.common.utils import unescapeAll

from dlexamples.formats import reader
from dlexamples.formats.containers.comments import percent, written
from dlexamples.formats.containers.html import hidden_by_html, is_closed, is_literal
from dlexamples.formats.containers.outline import Outline, Tabs, closed
from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.fence import document
from dlexamples.formats.lines import BOM, texts
from dlexamples.formats.parsers import MARKDOWN, MDX, Dialect, plain_text, tokens
from dlexamples.formats.recovery import recovered
from dlexamples.formats.rendering import of_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from markdown_it.token import Token

    from dlexamples.model import Document

Pairs = list[tuple[str, str]]
"""Of each row, the document's text before it and its own."""


@reader(".md", ".markdown", ".qmd", ".rmd")
def parse(path: Path, text: str) -> Document:
    """Every fence of a Markdown text, as a document."""
    return document(path, text, recovered(text, elements))


@reader(".mdx", render=partial(of_markdown, dialect=MDX))
def parse_mdx(path: Path, text: str) -> Document:
    """Every fence of an MDX text, as a document."""
    return document(path, text, recovered(text, partial(elements, dialect=MDX)))


def elements(text: str, dialect: Dialect = MARKDOWN) -> Iterator[Fence | Comment]:
    """Fences and comments in the document's order, with the headings above in their own container and in those
    around."""
    # Whether a tab is closed is known when the whole document is read.
    for element, tabs in list(_elements(texts(text.removeprefix(BOM)), dialect)):
        yield replace(element, tabs=closed(tabs)) if tabs and isinstance(element, Fence) else element


def _elements(rows: Sequence[str], dialect: Dialect) -> Iterator[tuple[Fence | Comment, Tabs]]:
    """The elements, each with the tabs around it."""
    found = tokens(rows, dialect)
    outline = Outline()
    for i, token in enumerate(found):
        match token.type:
            case "fence" | "colon_fence" | "code_block" | "highlight":
                yield _fence(token, rows, outline), outline.tabs
            case "blockquote_open" | "list_item_open":
                outline.enter()
            case "content_open":
                outline.enter(token.info)
            case "blockquote_close" | "list_item_close" | "content_close":
                outline.leave()
            case "heading_open":
                outline.head(int(token.tag[1:]), plain_text(found[i + 1]))
            case "directive":
                outline.directive(token.markup, token.info)
            case "tags":
                outline.tags(token.content)
            case "html_block" if not is_literal(token):
                outline.tags(token.content)
                yield from _between("html", token, rows, outline)
            case "jsx_comment":
                yield from _between("jsx", token, rows, outline)
            case "myst_line_comment":
                start, end = _span(token)
                yield percent(rows[start:end], start + 1, outline.heading), []


def _between(form: str, token: Token, rows: Sequence[str], outline: Outline) -> Iterator[tuple[Comment, Tabs]]:
    for comment in written(form, _pairs(token, rows), _span(token)[0] + 1, outline.heading):
        yield comment, []


def _fence(token: Token, rows: Sequence[str], outline: Outline) -> Fence:
    start, end = _span(token)
    indented = token.type == "code_block"
    closing = token.markup if token.type == "highlight" else ""
    pairs = _pairs(token, rows, start if indented else start + 1)
    return Fence(
        line=start + 1,
        end_line=end,
        heading=outline.heading,
        info=unescapeAll(token.info).strip(),
        # A template's closing tag may stand behind the last line of code.
        text="".join(f"{source.partition(closing)[0] if closing else source}\n" for _, source in pairs),
        first_line=start + 1 if indented else start + 2,
        prefixes=tuple(prefix for prefix, _ in pairs),
        form={"code_block": "indented", "highlight": "highlight"}.get(token.type, "fence"),
        closed=indented or token.type == "highlight" or is_closed(token),
        flaws=hidden_by_html(rows[start], start + 1, token),
    )


def _span(token: Token) -> tuple[int, int]:
    assert token.map is not None, "block tokens have a map"
    return token.map[0], token.map[1]


def _pairs(token: Token, rows: Sequence[str], start: int | None = None) -> Pairs:
    """The rows of a token's content, which begins on row `start`."""
    first = _span(token)[0] if start is None else start
    contents = token.content.split("\n")[:-1]
    return [_split(row, content) for row, content in zip(rows[first : first + len(contents)], contents, strict=True)]


def _split(row: str, content: str) -> tuple[str, str]:
    """A row's prefix and source. The source is cut from the row, because the parser replaces NUL characters."""
    start = len(row) - len(content)
    visible = row.replace("\0", "\ufffd")
    if start >= 0 and visible[start:] == content:
        return row[:start], row[start:]
    # A tab that straddles the container's edge: the parser has put one to three blanks in the rest of its place.
    edges = (n for n in (1, 2, 3) if start + n > 0 and row[start + n - 1] == "\t")
    blanks = next(n for n in edges if visible[start + n :] == content[n:])
    return row[: start + blanks - 1], content[:blanks] + row[start + blanks :]
