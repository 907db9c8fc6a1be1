"""markdown-pytest: `<!-- name: test_x; case: a; fixtures: tmp_path; mark: xfail(raises=ValueError) -->`.

https://github.com/mosquito/markdown-pytest; a comment with a name may hold a fence, which runs and is not shown.
Fixtures are not supplied.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, MarkerError, Problem, Reach
from dlexamples.formats.markers.hidden_code import fence_of, rows_of
from dlexamples.formats.markers.peers import hides, in_comment
from dlexamples.formats.markers.skips import pytest_mark
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.elements import Comment, Fence
    from dlexamples.formats.markers.peers import Note

PEER = "markdown-pytest"
NAME = re.compile(r"[\s-]*name:\s*(?:async\s+)?(test\w*)\s*(?=;|\n|$)")
KEY = re.compile(r"\s*([a-z]+)\s*:\s*(.*?)\s*", re.DOTALL)
OPENING = re.compile(r"\s*(`{3,})\s*python\b")


@in_comment(PEER)
def comment(note: Note) -> Iterator[Ask | Problem]:
    named = NAME.match(note.text)
    if not named:
        return
    keys = note.text.partition("```")[0].strip()
    yield from _around(note, Ask(keys.rstrip(";"), Marks(session=named[1])))
    for part in keys.split(";"):
        pair = KEY.fullmatch(part)
        for mark in _apart(pair[2]) if pair and pair[1] == "mark" else ():
            yield from _mark(note, mark, named[1])


@hides(PEER)
def fences(comment: Comment) -> Iterator[Fence]:
    """The Python fences in a comment with a name."""
    if not NAME.match(comment.text):
        return
    rows = rows_of(comment)
    opened, marker = None, ""
    for i, row in enumerate(rows):
        opening = OPENING.match(row)
        if opened is None and opening:
            opened, marker = i, opening[1]
        elif opened is not None and row.strip() == marker:
            yield fence_of(comment, opened + 1, i, opened=opened)
            opened = None


def _apart(marks: str) -> list[str]:
    """The marks between commas, those between a mark's arguments aside."""
    depth, found = 0, [""]
    for piece in re.findall(r"[(),]|[^(),]+", marks):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and not depth:
            found.append("")
        else:
            found[-1] += piece
    return [mark.strip() for mark in dict.fromkeys(found) if mark.strip()]


def _mark(note: Note, mark: str, test: str) -> Iterator[Ask | Problem]:
    try:
        found = list(pytest_mark(mark, mark, f"{PEER}: {mark}"))
    except MarkerError as error:
        found = [Problem(mark, error.code, str(error))]
    for each in found:
        if isinstance(each, Problem):
            yield each
        elif each.marks.raises:
            # The blocks of a test are one: nothing of it comes after what is expected to fail.
            yield replace(each, reach=Reach.LAST_OF_SESSION, scope=test)
        else:
            yield from _around(note, each)


def _around(note: Note, ask: Ask) -> Iterator[Ask]:
    """For the fence below, and for those in the comment."""
    yield replace(ask, reach=Reach.TOUCHING)
    if "```" in note.text:
        yield replace(ask, reach=Reach.INSIDE)
