"""Code that stands away from the margin as a whole: a part of a function, or a fence in a list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.formats.dialects.draft import Draft


def dedented(draft: Draft) -> Draft:
    """The code at the margin, when Python does not take it where it is."""
    if draft.interactive or not draft.is_broken_python:
        return draft
    margin = _margin(draft.codes)
    if not margin:
        return draft
    rows = (row.after(min(margin, len(row.code) - len(row.code.lstrip(" \t")))) for row in draft.rows)
    return replace(draft, rows=tuple(rows))


def _margin(codes: Sequence[str]) -> int:
    """The width of the blanks that every row begins with; Python asks none of comments and blank rows."""
    widths = {
        len(code) - len(code.lstrip(" \t")) for code in codes if code.strip() and not code.lstrip().startswith("#")
    }
    return min(widths, default=0)
