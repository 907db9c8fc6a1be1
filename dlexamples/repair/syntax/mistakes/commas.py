"""Two values side by side inside brackets, or in a list of names: a comma is lost between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import CLOSING, OPENING, insert, offset, shown, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault
    from dlexamples.repair.syntax.text import Token

MOST = 4
LISTING = {"import", "from", "for"}
"""Keywords that names are listed behind."""


@mistake
def commas(fault: Fault) -> Iterator[Change]:
    start = offset(fault.source, fault.line, fault.column)
    end = offset(fault.source, fault.end_line, fault.end_column)
    depth, found = 0, 0
    previous = first = None
    for token in tokens(fault.source):
        if depth == 0 and (previous is None or previous.line < token.line):
            first = token.text
        listed = first in LISTING or (first is not None and depth == 0 and "=" in fault.rows[token.line - 1])
        if (
            previous
            and (depth > 0 or listed)
            and previous.line >= token.line - (depth > 0)
            and previous.ends_a_value
            and token.starts_a_value
            and start <= token.end
        ):
            if previous.start > end or found == MOST:
                return
            if not (token.text in OPENING and previous.line == token.line and previous.end == token.start):
                found += 1
                what = f"a comma between {shown(_before(fault, previous))} and {shown(token.text)}"
                yield Change(insert(fault.source, previous.end, ","), what, 1 if depth > 0 or first in LISTING else 3)
        depth += (token.text in OPENING) - (token.text in CLOSING)
        previous = token


def _before(fault: Fault, token: Token) -> str:
    """The last value of the line as far as the token: a call with its arguments."""
    row = fault.rows[token.line - 1][: token.column + len(token.text)].lstrip()
    return row if len(row) <= 24 else f"…{row[-22:]}"
