"""Every marker of a document, with the place where it is written."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from dlexamples.formats.info import Info, parse_info
from dlexamples.formats.markers.asks import Ask, MarkerError, Problem
from dlexamples.formats.markers.peers import CODES, COMMENTS, INFOS, Code, Note
from dlexamples.model import Diagnostic, Flaw, Marks, Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dlexamples.formats.elements import Comment
    from dlexamples.formats.markers.page import Page
    from dlexamples.model import Block

STRAY = re.compile(r"(?:<!--+|\{/\*|^[ \t]*%)[ \t]*(dlexamples:.*?)[ \t]*(?:--+>|\*/\}|$)")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")


@dataclass(frozen=True, slots=True)
class Written:
    """A marker, or what is wrong with one, in a comment or in a block."""

    peer: str
    found: Ask | Problem
    span: Span
    comment: Comment | None = None
    block: int | None = None


def written(page: Page, today: date) -> list[Written]:
    """What stands in comments, and what stands in the blocks themselves."""
    return [
        each
        for one in [*_in_comments(page), *_in_blocks(page)]
        for each in ([one] if isinstance(one.found, Problem) else _in_force(one, one.found, today))
    ]


def strays(page: Page) -> Iterator[Flaw]:
    """Markers of ours in the middle of a text, where no comment is read."""
    if "dlexamples:" not in page.text:
        return
    covered = page.commented.union(*(range(block.line, block.end_line + 1) for block in page.blocks))
    for number, row in enumerate(page.rows, 1):
        if "dlexamples:" not in row or number in covered:
            continue
        for found in STRAY.finditer(CODE_SPAN.sub(lambda code: " " * len(code[0]), row)):
            told = f"`{found[1]}` has no effect inside a text; write the comment on a line of its own, above its fence"
            span = Span(number, found.start() + 1, number, found.end() + 1)
            yield Flaw(Diagnostic("DL011", "warning", told, span))


def _in_force(one: Written, ask: Ask, today: date) -> Iterator[Written]:
    if ask.until is None or today <= ask.until:
        yield one
        return
    told = f"`{ask.text}` is gone by, so the block is run; write a later date, or remove the marker"
    yield replace(one, found=replace(ask, marks=Marks()))
    yield replace(one, found=Problem(ask.text, "DL012", told))


def _in_comments(page: Page) -> Iterator[Written]:
    readers = list(COMMENTS.items().items())
    for comment in page.comments:
        text = comment.text.strip()
        note = Note(text.strip("-").strip() if comment.form == "html" else text, comment)
        for peer, read in readers:
            try:
                found = list(read(note))
            except MarkerError as error:
                found = [Ask(note.text), Problem(note.text, error.code, str(error))]
            for each in found:
                yield Written(peer, each, _in_comment(comment, each.text), comment=comment)


def _in_blocks(page: Page) -> Iterator[Written]:
    readers = list(CODES.items().items())
    for index, block in enumerate(page.blocks):
        for peer, found in _of_info(block.info) if block.info else ():
            yield Written(peer, found, _in_opening(page, block, found.text), block=index)
        if not block.is_python:
            continue
        code = Code(block, _info(block.info), page.front_matter)
        for peer, read in readers:
            for found in read(code):
                yield Written(peer, found, _in_block(page, block, found.text), block=index)


@lru_cache(maxsize=256)
def _of_info(info: str) -> tuple[tuple[str, Ask | Problem], ...]:
    return tuple((peer, found) for peer, read in INFOS.items().items() for found in read(_info(info)))


@lru_cache(maxsize=256)
def _info(info: str) -> Info:
    return parse_info(info)


# Where it is written: where its text is found first, or else the whole comment, info string or block.


def _in_comment(comment: Comment, text: str) -> Span:
    start = max(comment.text.find(text), 0)
    end = start + len(text) if text in comment.text else len(comment.text.rstrip())
    line, column = _position(comment, start)
    end_line, end_column = _position(comment, end)
    return Span(line, column, end_line, max(end_column, column + 1) if line == end_line else end_column)


def _position(comment: Comment, offset: int) -> tuple[int, int]:
    starts = _row_starts(comment.text)
    row = bisect_right(starts, offset) - 1
    return comment.first_line + row, len(comment.prefixes[row]) + offset - starts[row] + 1


@lru_cache(maxsize=1)
def _row_starts(text: str) -> list[int]:
    return [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", text))]


def _in_opening(page: Page, block: Block, text: str) -> Span:
    row = page.rows[block.line - 1]
    place = next((place for place in (text, block.info) if place in row), row.strip())
    start = row.find(place)
    return Span(block.line, start + 1, block.line, start + len(place) + 1)


def _in_block(page: Page, block: Block, text: str) -> Span:
    for number in range(block.first_line, block.end_line + 1):
        start = page.rows[number - 1].find(text)
        if start >= 0:
            return Span(number, start + 1, number, start + len(text) + 1)
    return _in_opening(page, block, text)
