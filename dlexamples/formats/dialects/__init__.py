"""The dialects that code is written in: what a fence's rows become before they can be run.

A dialect is a step from draft to draft, one a file. Their order is data: each sees what those above it have made
of the rows, and only what is no Python yet is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.formats.dialects.draft import Draft, drafted, untouched
from dlexamples.formats.dialects.indentation import dedented
from dlexamples.formats.dialects.label import labelled, near_miss, told
from dlexamples.formats.dialects.magics import left_out
from dlexamples.formats.dialects.mixed import split
from dlexamples.formats.dialects.options import as_comments, options
from dlexamples.formats.dialects.output import only_output
from dlexamples.formats.dialects.sessions import session
from dlexamples.formats.dialects.tabs import frameworks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from dlexamples.formats.elements import Fence

__all__ = ["Draft", "options", "read"]

STEPS: tuple[Callable[[Draft], Draft], ...] = (
    as_comments,
    frameworks,
    labelled,
    session,
    told,
    dedented,
    left_out,
    only_output,
    split,
    near_miss,
    untouched,
)


def read(fence: Fence, bound: Collection[str] = (), document: Sequence[str] = ()) -> Draft:
    """The fence as it is run, after blocks that bind these names. `document`: its rows without a byte order mark,
    for edits; empty where none can be written."""
    draft = drafted(fence, bound, document)
    for step in STEPS:
        draft = step(draft)
    return draft
