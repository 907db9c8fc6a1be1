"""A compound statement's head without its colon, and a colon where none is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import COMPOUND, indentation, shown, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault
    from dlexamples.repair.syntax.text import Token


@mistake
def colons(fault: Fault) -> Iterator[Change]:
    for line in _logical_lines(fault.source):
        first, last = line[0], line[-1]
        covers = first.line <= fault.end_line and fault.line <= last.line + 1
        if not covers:
            continue
        if first.text in COMPOUND and last.text != ":" and _has_suite(fault, first, last):
            at = last.start if last.text in {";", "\uff1a"} else last.end
            source = fault.source[:at] + ":" + fault.source[last.end :]
            yield Change(source, f"a colon ends {shown(fault.rows[first.line - 1])}", is_certain=True)
        elif last.text == ":" and first.text not in COMPOUND and not _has_suite(fault, first, last):
            source = fault.source[: last.start] + fault.source[last.end :]
            yield Change(source, f"the colon behind {shown(fault.rows[last.line - 1][: last.column])} opens nothing")


def _logical_lines(source: str) -> Iterator[list[Token]]:
    """The tokens of each line, lines joined while a bracket is open."""
    line: list[Token] = []
    depth = 0
    for token in tokens(source):
        if line and not depth and token.line > line[-1].line + line[-1].text.count("\n"):
            yield line
            line = []
        line.append(token)
        depth = max(0, depth + (token.text in "([{") - (token.text in ")]}"))
    if line:
        yield line


def _has_suite(fault: Fault, first: Token, last: Token) -> bool:
    """What follows is indented further than the statement begins."""
    below = next((row for row in fault.rows[last.line :] if row.strip() and not row.lstrip().startswith("#")), "")
    return len(indentation(below)) > first.column
