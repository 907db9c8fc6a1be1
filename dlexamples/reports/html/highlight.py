"""Source in colours: lines of pieces, each with a class of the page's style sheet.

Pygments' own styles are not used: few of them can be read on both a light and a dark ground, and its short class names
meet those of the page.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String
from pygments.util import ClassNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CLASSES = (
    (Comment, "p-c"),
    (String.Doc, "p-c"),
    (String, "p-s"),
    (Number, "p-n"),
    (Literal, "p-s"),
    (Keyword, "p-k"),
    (Operator.Word, "p-k"),
    (Name.Function, "p-f"),
    (Name.Class, "p-f"),
    (Name.Decorator, "p-d"),
    (Name.Builtin, "p-b"),
    (Name.Exception, "p-b"),
    (Name.Tag, "p-k"),
    (Name.Attribute, "p-f"),
)
"""The first that a token's type lies under counts."""
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What shows nothing, or turns the direction of writing: a post could hide code behind it."""
LONGEST = 400_000
"""Characters of a source that is coloured."""


class Piece(NamedTuple):
    """Text of one line."""

    style: str
    text: str


class Mark(NamedTuple):
    """Columns of a line, from 0, that are underlined."""

    start: int
    end: int
    style: str
    title: str = ""


Line = list[Piece]


def coloured(source: str, language: str) -> list[Line]:
    """The lines of a source, without their ends."""
    plain = [[Piece("", row)] for row in source.split("\n")]
    if len(source) > LONGEST:
        return plain
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return plain
    lines: list[Line] = [[]]
    for kind, text in lexer.get_tokens(source):
        style = next((name for parent, name in CLASSES if kind in parent), "")
        for i, part in enumerate(text.split("\n")):
            if i:
                lines.append([])
            if part:
                lines[-1].append(Piece(style, part))
    # A lexer may drop or change characters, and what is shown is to be what is published.
    same = ["".join(piece.text for piece in line) for line in lines] == source.split("\n")
    return lines if same else plain


def as_html(line: Line, marks: Sequence[Mark] = ()) -> Markup:
    """A line with what is marked in it."""
    return Markup("").join(_runs(line, marks))


def _runs(line: Line, marks: Sequence[Mark]) -> Iterator[Markup]:
    cells = [(piece.style, character) for piece in line for character in piece.text]
    marked = [_mark_at(column, marks) for column in range(len(cells))]
    for mark, run in groupby(zip(marked, cells, strict=True), key=lambda pair: pair[0]):
        inside = Markup("").join(_styled(cell for _, cell in run))
        yield _underlined(mark, inside) if mark else inside


def _mark_at(column: int, marks: Sequence[Mark]) -> Mark | None:
    """The first mark that holds the column: the one that a message is about comes before those that explain it."""
    return next((mark for mark in marks if mark.start <= column < mark.end), None)


def _underlined(mark: Mark, inside: Markup) -> Markup:
    title = Markup(' title="{}"').format(mark.title) if mark.title else Markup("")
    return Markup('<u class="{}"{}>{}</u>').format(mark.style, title, inside)


def _styled(cells: Iterable[tuple[str, str]]) -> Iterator[Markup]:
    for style, run in groupby(cells, key=lambda cell: cell[0]):
        text = seen("".join(character for _, character in run))
        yield Markup('<span class="{}">{}</span>').format(style, text) if style else text


def seen(text: str) -> Markup:
    """The text, in which what shows nothing has its number in sight."""
    parts = UNSEEN.split(text)
    hidden = UNSEEN.findall(text)
    found = [escape(parts[0])]
    for character, part in zip(hidden, parts[1:], strict=True):
        kept = character if character != "\0" and not "\ud800" <= character <= "\udfff" else ""
        found += [Markup('<s data-c="U+{}">{}</s>').format(f"{ord(character):04X}", kept), escape(part)]
    return Markup("").join(found)
