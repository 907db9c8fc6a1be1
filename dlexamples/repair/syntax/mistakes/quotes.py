"""A string without the quote that opens or closes it, or closed by the other quote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, fault_of, mistake
from dlexamples.repair.syntax.text import CLOSING, insert, offset, shown, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault

CLOSED = re.compile(r"\"[^\"\n\\]*(?:\\.[^\"\n\\]*)*\"|'[^'\n\\]*(?:\\.[^'\n\\]*)*'|#.*")
"""Strings of one line, and comments."""
BORDER = re.compile(r"\b|(?<=[([{,=:])|(?=[)\]},:])|(?=\.\w)|(?<=\b[fFrRbB])(?=\w)|(?<=\S)(?=\s)|(?<=\s)(?=\S)|$")
SLOT = re.compile(r"\{[a-zA-Z_]")
"""What an f-string fills in."""
MOST = 5
ODD = 2
"""What a string costs that does not look like one."""


@mistake
def quotes(fault: Fault) -> Iterator[Change]:
    if "triple-quoted" in fault.message:
        yield from _triple(fault)
        return
    row = fault.rows[fault.line - 1] if fault.line <= len(fault.rows) else ""
    if '"""' in row or "'''" in row:
        return
    lonely = [sign for sign in CLOSED.sub("", row) if sign in "\"'"]
    if not lonely:
        return
    found = sorted((cost, at, quote) for quote in sorted(set(lonely)) for cost, at in _places(fault, row, quote))
    start = offset(fault.source, fault.line, 0)
    for cost, at, quote in found[:MOST]:
        what = f"{shown(_string_at(row[:at] + quote + row[at:], at))} is a string"
        yield Change(insert(fault.source, start + at, quote), what, cost=1 + cost)
    yield from _of_the_other_kind(fault, row, start)


def _places(fault: Fault, row: str, quote: str) -> Iterator[tuple[int, int]]:
    """Columns where the quote makes the compiler read on past the line, each with how odd its strings then are."""
    for at in sorted({found.start() for found in BORDER.finditer(row)}):
        text = row[:at] + quote + row[at:]
        if [sign for sign in CLOSED.sub("", text) if sign in "\"'"]:
            continue
        after = fault_of("\n".join([*fault.rows[: fault.line - 1], text, *fault.rows[fault.line :]]))
        if after is None or after.line > fault.line:
            yield _oddness(text), at


def _string_at(row: str, at: int) -> str:
    """The string that holds the column, or the line."""
    found = (token for token in tokens(row + "\n") if token.kind == "string")
    return next((token.text for token in found if token.column <= at < token.column + len(token.text)), row)


def _oddness(row: str) -> int:
    """How little the line's strings look like strings: code inside them, words outside that touch them."""
    odd = 0
    previous = None
    for token in tokens(row + "\n"):
        if token.kind == "string" or (previous and previous.kind == "string"):
            touches = previous is not None and previous.ends_a_value and token.starts_a_value
            odd += ODD * (touches and token.text != "[")
        if token.kind == "string":
            odd += _oddness_of(token.text.lstrip("rbufRBUF")[1:-1])
            odd += bool(SLOT.search(token.text)) and token.text[0] not in "fF"
        previous = token
    return odd


def _oddness_of(text: str) -> int:
    bare = text.strip()
    odd = ODD * (bare[:1] in set(",)]}=%") or bare[-1:] in set(",([{="))
    odd += ODD * any(text.count(opening) != text.count(closing) for closing, opening in CLOSING.items())
    odd += bool(re.search(r"\w\(", text))
    return odd + ("#" in text) + (not bare) + (text != bare) + ("=" in text) + ('"' in text or "'" in text)


def _of_the_other_kind(fault: Fault, row: str, start: int) -> Iterator[Change]:
    """`"relu'`: the string ends with the quote that it begins with."""
    body = CLOSED.sub(lambda found: "\0" * len(found[0]), row)
    signs = [at for at, sign in enumerate(body) if sign in "\"'"]
    if len(signs) == 2 and body[signs[0]] != body[signs[1]]:
        at = start + signs[1]
        what = f"the string of {shown(row)} ends with the quote that it begins with"
        yield Change(fault.source[:at] + body[signs[0]] + fault.source[at + 1 :], what)


def _triple(fault: Fault) -> Iterator[Change]:
    """Closed at the end of the line that opens it, or of its paragraph."""
    row = fault.rows[fault.line - 1]
    opening = re.compile(r"[rbufRBUF]{0,2}(\"\"\"|\'\'\')").match(row, fault.column)
    if opening is None:
        return
    what = f"`{opening[1]}` closes {shown(row)}"
    end = offset(fault.source, fault.line, len(row.rstrip()))
    if row[opening.end() :].strip():
        yield Change(insert(fault.source, end, opening[1]), what)
    for number in range(fault.line, len(fault.rows)):
        if not fault.rows[number].strip():
            last = fault.rows[number - 1]
            at = offset(fault.source, number, len(last.rstrip()))
            yield Change(insert(fault.source, at, opening[1]), what, cost=2)
            return
