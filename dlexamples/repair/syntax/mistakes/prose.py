# ruff: noqa: RUF001 - an apostrophe as it is printed
"""Words, output and shell commands between the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import COMPOUND, indentation, reads, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault

SHELL = re.compile(
    r"\s*(?:[$%!] ?)?(?:pip3?|conda|apt(?:-get)?|git|wget|curl|python3?|cd|mkdir|unzip|tar|export|sudo|brew) +\S"
)
WORDS = re.compile(r"(?:[A-Za-z][\w'’-]* +){2,}[A-Za-z][\w'’-]*")
OUTPUT = re.compile(
    r"\s*(?:Epoch \d+|\d+/\d+ \[|>>> |\[?={3,}|-{3,}|_{3,}|\|)|.*\d+m?s/(?:step|epoch)|\s*\w+ *: *[\d.]+%"
)


STARTS = COMPOUND | {"import", "from", "return", "del", "assert", "raise", "print"}


@mistake
def prose(fault: Fault) -> Iterator[Change]:
    """The lines become comments, as far as they are no code."""
    first = fault.line - 1
    rows = fault.rows
    if first >= len(rows) or not _is_no_code(rows[first]):
        return
    last = first
    while last + 1 < len(rows) and (_is_no_code(rows[last + 1]) or not rows[last + 1].strip()):
        last += 1
    while not rows[last].strip():
        last -= 1
    commented = [f"{indentation(row)}# {row.strip()}" if row.strip() else row for row in rows[first : last + 1]]
    what = f"{shown(rows[first])}{' and what follows it' if last > first else ''} is no Python, and becomes a comment"
    yield Change("\n".join([*rows[:first], *commented, *rows[last + 1 :]]), what, cost=2)


def _is_no_code(row: str) -> bool:
    text = row.strip()
    if not text or text.startswith("#") or reads(text) or text.split()[0] in STARTS:
        return False
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    return bool(
        SHELL.match(text)
        or OUTPUT.match(text)
        or (WORDS.search(bare) and "=" not in bare and not re.search(r"[({\[]", bare[:20]))
    )
