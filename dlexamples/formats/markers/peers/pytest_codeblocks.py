"""pytest-codeblocks: `<!--pytest.mark.skip-->`, `<!--pytest-codeblocks:cont-->`.

https://github.com/nschloe/pytest-codeblocks; its bare comments with a fence in them are not run: such a fence is
commented out to everybody else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, MarkerError, Problem, Reach
from dlexamples.formats.markers.peers import in_comment
from dlexamples.formats.markers.skips import import_or_skip, pytest_mark, skip_if
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.markers.peers import Note

PEER = "pytest-codeblocks"
MARK = re.compile(r"pytest\.mark\.(.+)", re.DOTALL)
KEYWORD = re.compile(r"pytest-codeblocks:\s*([\w-]+)\s*(?:\((.*)\))?", re.DOTALL)
HERE = Reach.NEXT_FENCE


@in_comment(PEER)
def comment(note: Note) -> Iterator[Ask | Problem]:
    mark, keyword = MARK.fullmatch(note.text), KEYWORD.fullmatch(note.text)
    if mark:
        yield from pytest_mark(note.text, mark[1], f"{PEER}: {note.text}", HERE)
    elif keyword:
        yield from _keyword(note, keyword[1], keyword[2] or "")


def _keyword(note: Note, keyword: str, argument: str) -> Iterator[Ask | Problem]:
    text = note.text
    reason = f"{PEER}: {text.partition(':')[2].strip()}"
    match keyword:
        case "skip":
            yield Ask(text, Marks(skip=reason), HERE)
        case "skipif" if argument:
            yield from skip_if(text, argument, reason, HERE)
        case "importorskip" if argument:
            yield import_or_skip(text, argument.strip("\"' "), reason, HERE)
        case "expect-error" | "expect-exception":
            yield Ask(text, Marks(raises="Exception"), HERE)
        case "expected-output":
            yield Ask(text, reach=HERE, output=frozenset())
        case "expected-output-ignore-whitespace":
            yield Ask(text, reach=HERE, output=frozenset({"NORMALIZE_WHITESPACE"}))
        case "cont":
            yield Ask(text, reach=HERE)
        case "skipfile" if note.comment.line == 1:
            yield Ask(text, Marks(skip=reason), Reach.REST)
        case "skipfile":
            yield Problem(text, "DL011", "`skipfile` has no effect below the document's first line")
        case _:
            raise MarkerError(f"{PEER} has no keyword `{keyword}`, or it needs an argument in parentheses")
