"""Logical lines: which rows belong to one simple statement, or to one header, as Python's tokenizer joins them.

https://docs.python.org/3/reference/lexical_analysis.html#logical-lines, for text that need not be Python.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TOKEN = re.compile(
    r"(?P<triple>\"\"\"|''')"
    r"|\"(\\.|[^\"\\])*\"?|'(\\.|[^'\\])*'?"
    r"|(?P<comment>\#.*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
)
GOES_ON = re.compile(r"\s|[)\]}]|(elif|else|except|finally)\b")
"""How a row begins that belongs to the statement above it."""


def logical_lines(rows: Sequence[str], opaque: Callable[[str], bool] = lambda row: False) -> Iterator[range]:
    """The rows of each logical line, from 0; a blank row is one of its own. Where a row that begins a line is
    `opaque`, its brackets and quotes mean nothing: a magic, a shell command."""
    start, depth, quote = 0, 0, ""
    shut = False
    for i, row in enumerate(rows):
        shut = shut or (i == start and opaque(row))
        if not shut:
            depth, quote = _after(row, depth, quote)
        goes_on = bool(depth or quote) or row.endswith("\\")
        if goes_on and i + 1 < len(rows):
            continue
        yield range(start, i + 1)
        start, depth, quote, shut = i + 1, 0, "", False


def statements(rows: Sequence[str]) -> Iterator[range]:
    """The rows of each statement at the margin, its suite and its decorators included, without the blank lines and
    comments between statements."""
    start = end = 0
    above = ""
    for line in logical_lines(rows):
        first = rows[line.start]
        if not first.strip() or first.lstrip().startswith("#"):
            continue
        if end and not (GOES_ON.match(first) or above.startswith("@")):
            yield range(start, end)
            end = 0
        start, end, above = start if end else line.start, line.stop, first
    if end:
        yield range(start, end)


def _after(row: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets are open after the row, and the quotes of a string that is."""
    at = 0
    while at < len(row):
        if quote:
            closing = _closing(row, at, quote)
            if closing < 0:
                return depth, quote
            at, quote = closing, ""
            continue
        found = TOKEN.search(row, at)
        if not found:
            break
        at = found.end()
        quote = found["triple"] or ""
        depth = max(depth + bool(found["open"]) - bool(found["close"]), 0)
    return depth, quote


def _closing(row: str, at: int, quote: str) -> int:
    """Where the string ends, or -1."""
    while (found := row.find(quote, at)) >= 0:
        backslashes = len(row[:found]) - len(row[:found].rstrip("\\"))
        if backslashes % 2 == 0:
            return found + 3
        at = found + 1
    return -1
