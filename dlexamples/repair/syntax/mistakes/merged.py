"""Two statements on one line with nothing between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import CLOSING, OPENING, indentation, offset, reads, shown, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault

STARTS = frozenset({"import", "from", "for", "if", "while", "with", "def", "class", "return", "assert", "del", "raise"})


@mistake
def merged(fault: Fault) -> Iterator[Change]:
    row = fault.rows[fault.line - 1]
    start = offset(fault.source, fault.line, 0)
    depth, previous = 0, None
    for token in tokens(row + "\n"):
        meets = previous and previous.ends_a_value and (token.starts_a_value or token.text in STARTS)
        if (
            previous
            and meets
            and depth == 0
            and token.text not in OPENING
            and _is_statement(row[: previous.end].strip())
        ):
            rest = row[token.start :]
            if _is_statement(rest.strip()) or rest.rstrip().endswith(":") or _goes_on(rest):
                source = fault.source
                at, behind = start + previous.end, start + token.start
                yield Change(
                    source[:at] + "\n" + indentation(row) + source[behind:],
                    f"{shown(rest)} is a statement of its own",
                    cost=2,
                )
        depth += (token.text in OPENING) - (token.text in CLOSING)
        previous = token


def _goes_on(text: str) -> bool:
    """A bracket of it is closed on a later line."""
    return any(text.count(opening) > text.count(closing) for opening, closing in OPENING.items())


def _is_statement(text: str) -> bool:
    """It does something: an import, an assignment, a call; two words side by side are prose."""
    return reads(text) and any(sign in text for sign in ("=", "(", "import "))
