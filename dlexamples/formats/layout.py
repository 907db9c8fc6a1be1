"""Whole lines of a document replaced: how what is wrong with its layout is mended."""

from __future__ import annotations

import math
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
    unended = bool(found) and not found[-1].end
    ordered = sorted(dict.fromkeys(edits), key=lambda edit: (edit.line, edit.end_line))
    beyond = math.inf
    # From the last line up, so that the numbers of the lines above stay true; what is inserted above a line comes
    # after the line itself is replaced.
    for edit in ordered[::-1]:
        if edit.end_line >= beyond:
            raise ValueError(f"edits overlap at line {edit.end_line}")
        old = found[edit.line - 1 : edit.end_line]
        if edit.line > len(found) + 1 or [line.text for line in old] != [line.text for line in lines(edit.before)]:
            raise ValueError(f"line {edit.line} is not what the edit replaces")
        end = next((line.end for line in (*old, *reversed(found[: edit.line - 1]), *found) if line.end), "\n")
        if edit.line > 1 and not found[edit.line - 2].end:
            found[edit.line - 2] = found[edit.line - 2]._replace(end=end)
        found[edit.line - 1 : edit.end_line] = [Line(line.text, end) for line in lines(edit.after)]
        beyond = edit.line
    if unended and found:
        found[-1] = found[-1]._replace(end="")
    return text[: len(text) - len(bare)] + "".join(line.text + line.end for line in found)
