"""Whole lines of a document replaced: how what is wrong with its layout is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.formats.lines import BOM, Line, lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dlexamples.model import Edit


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits, whose lines are those of `text`. Every other byte stays; new lines end as their
    neighbours do, and a byte order mark belongs to no line.

    Several insertions above one line come in the order given; an edit that is given twice counts once. Raises
    ValueError for edits that overlap, and for one whose `before` is not there.
    """
    bare = text.removeprefix(BOM)
    found = lines(bare)
    mended: list[Line] = []
    done = 0
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.line, edit.end_line)):
        start = edit.line - 1
        if start < done:
            raise ValueError(f"edits overlap at line {edit.line}")
        old = found[start : edit.end_line]
        if start > len(found) or [line.text for line in old] != [line.text for line in lines(edit.before)]:
            raise ValueError(f"line {edit.line} is not what the edit replaces")
        mended += found[done:start]
        end = next((line.end for line in (*old, *mended[-1:], *found[:1]) if line.end), "\n")
        if mended and not mended[-1].end:
            mended[-1] = mended[-1]._replace(end=end)
        mended += [Line(line.text, end) for line in lines(edit.after)]
        done = edit.end_line
    mended += found[done:]
    if found and not found[-1].end:
        mended[-1] = mended[-1]._replace(end="")
    return text[: len(text) - len(bare)] + "".join(line.text + line.end for line in mended)
