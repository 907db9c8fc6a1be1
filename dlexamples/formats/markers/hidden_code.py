"""Rows of a comment as code, with the document's text before each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.lines import texts

if TYPE_CHECKING:
    from collections.abc import Sequence


def rows_of(comment: Comment) -> list[str]:
    """The rows of a comment's text, without their ends."""
    return texts(comment.text)


def hidden_rows(comment: Comment) -> tuple[int, int] | None:
    """First and one past the last row below the comment's first one, blank rows at the end left out; None when there
    are none, or when the closing mark shares a row with code, which then cannot be written back."""
    rows = rows_of(comment)
    closes_alone = comment.form == "myst" or comment.text.endswith(("\n", "\r")) or not rows[-1].strip(" \t-")
    if not closes_alone:
        return None
    stop = len(rows)
    while stop > 1 and not rows[stop - 1].strip(" \t-"):
        stop -= 1
    return (1, stop) if stop > 1 else None


def fence_of(comment: Comment, start: int, stop: int, *, opened: int | None = None) -> Fence:
    """The rows from `start` to before `stop` as Python, without their common indentation. `opened`: the row of its own
    fence, where the comment has one."""
    rows = rows_of(comment)[start:stop]
    margin = _margin(rows)
    indents = [row[: min(margin, len(row))] for row in rows]
    prefixes = [comment.prefixes[start + i] + indent for i, indent in enumerate(indents)]
    return Fence(
        line=comment.line if opened is None else comment.first_line + opened,
        end_line=comment.end_line if opened is None else comment.first_line + stop,
        heading=comment.heading,
        info="python",
        text="".join(f"{row[margin:]}\n" for row in rows),
        first_line=comment.first_line + start,
        prefixes=tuple(prefixes),
        form="comment",
    )


def _margin(rows: Sequence[str]) -> int:
    return min((len(row) - len(row.lstrip(" \t")) for row in rows if row.strip()), default=0)
