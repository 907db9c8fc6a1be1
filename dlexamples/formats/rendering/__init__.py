"""A post as its readers see it: HTML that is safe to show, cut where the cards of its blocks stand.

Each block's rows are replaced by rows of the same form that hold nothing but a mark (`places.py`), so that a fence in a
list, a quote or a tab is read where it was read; the rest is rendered (`markdown.py`) and sanitised (`safe.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.formats.parsers import Dialect
    from dlexamples.model import Document

Pieces = tuple["str | int", ...]
"""HTML, and numbers of blocks, from 0, where their cards stand. Each block is there once; a piece may begin in an
element that an earlier one opens."""
Render = Callable[["Document", str, bool], str]
"""`(document, mark, literal) -> HTML` in which `mark-number-` stands for a block. `literal`: HTML, and rows
that would open a fence where no block is, are shown as they are, so that they swallow nothing."""


def pieces(document: Document, render: Render, prefix: str) -> Pieces:
    """The document as `render` gives it. `prefix`: what the ids of its elements begin with."""
    from dlexamples.formats.rendering.safe import safe

    mark = mark_of(document)
    found: Pieces = ()
    for literal in (False, True):
        found = cut(safe(render(document, mark, literal), document.path.parent, prefix), mark)
        if len(_numbers(found)) == len(document.blocks):
            return found
    return with_all(found, len(document.blocks))


def of_markdown(document: Document, mark: str, literal: bool, dialect: Dialect | None = None) -> str:
    """The HTML of a Markdown text; CommonMark with what the formats' parsers add where no dialect is named."""
    from dlexamples.formats.lines import BOM, texts
    from dlexamples.formats.parsers import MARKDOWN
    from dlexamples.formats.rendering.markdown import as_html
    from dlexamples.formats.rendering.places import with_places

    rows = texts(document.text.removeprefix(BOM))
    places = with_places(rows, list(enumerate(document.blocks)), mark, literal)
    return as_html(places, dialect or MARKDOWN, literal)


def mark_of(document: Document) -> str:
    """What no text of the document holds, and the same each time: the digest of the document."""
    return hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def cut(html: str, mark: str) -> Pieces:
    """The HTML between the marks and the numbers of the blocks; of a mark that is there twice, the first counts."""
    parts = re.split(rf"(?:<div>)?{mark}-(\d+)-(?:</div>)?", html)
    seen: set[int] = set()
    found: list[str | int] = [parts[0]]
    for number, text in zip(map(int, parts[1::2]), parts[2::2], strict=True):
        if number not in seen:
            found.append(number)
        seen.add(number)
        found.append(text)
    return tuple(found)


def with_all(found: Pieces, count: int) -> Pieces:
    """The pieces with each of `count` blocks: those that have no place stand above the next one that has."""
    here = _numbers(found)
    missing = [number for number in range(count) if number not in here]
    whole: list[str | int] = []
    for piece in found:
        while isinstance(piece, int) and missing and missing[0] < piece:
            whole.append(missing.pop(0))
        whole.append(piece)
    return (*whole, *missing)


def _numbers(found: Sequence[str | int]) -> set[int]:
    return {piece for piece in found if isinstance(piece, int)}
