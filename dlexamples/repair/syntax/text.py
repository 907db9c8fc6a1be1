"""The text of a block that cannot be parsed: its tokens as parso reads them, its brackets, its lines."""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import parso

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = {closing: opening for opening, closing in OPENING.items()}
COMPOUND = frozenset({
    "async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match", "try", "while", "with",
})  # fmt: skip
"""Keywords that a statement with a suite begins with."""
ALONE = frozenset(keyword.kwlist) - {"None", "True", "False"}
"""Keywords that are no values."""


@dataclass(frozen=True, slots=True)
class Token:
    """Offsets count characters of the block."""

    text: str
    kind: str
    """parso's: `name`, `number`, `string`, `operator`, `keyword`, `newline` …"""
    start: int
    line: int
    column: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def ends_a_value(self) -> bool:
        return self._is_value or self.text in CLOSING

    @property
    def starts_a_value(self) -> bool:
        return self._is_value or self.text in OPENING

    @property
    def _is_value(self) -> bool:
        if not self.text or self.text in ALONE:
            return False
        return self.text[0].isalnum() or self.text[0] in "_\"'"


@lru_cache(maxsize=256)
def tokens(source: str) -> tuple[Token, ...]:
    """Without layout and comments; of a string that is never closed, the rest of its line is read as code."""
    starts = _line_starts(source)
    found: list[Token] = []
    leaf: Any = parso.parse(source).get_first_leaf()  # type: ignore[no-untyped-call]
    while leaf is not None:
        if leaf.value.strip() and leaf.type not in {"newline", "indent", "dedent", "endmarker"}:
            line, column = leaf.start_pos
            found.append(Token(leaf.value, leaf.type, starts[line - 1] + column, line, column))
        leaf = leaf.get_next_leaf()
    return tuple(_joined(found, source))


def _joined(found: list[Token], source: str) -> list[Token]:
    """parso tells an f-string in parts; here it is one token."""
    whole: list[Token] = []
    depth, first = 0, None
    for token in found:
        if token.kind == "fstring_start":
            first = first or token
            depth += 1
        elif token.kind == "fstring_end" and depth:
            depth -= 1
            if not depth and first:
                whole.append(Token(source[first.start : token.end], "string", first.start, first.line, first.column))
                first = None
        elif not depth:
            whole.append(token)
    if depth and first:
        rest = source[first.start :].split("\n")[0]
        whole.append(Token(rest, "string", first.start, first.line, first.column))
        whole += [token for token in found if token.start >= first.start + len(rest)]
    return whole


def offset(source: str, line: int, column: int) -> int:
    starts = _line_starts(source)
    return min(len(source), starts[min(line, len(starts)) - 1] + column)


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for row in source.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    return starts


def insert(source: str, at: int, text: str) -> str:
    return source[:at] + text + source[at:]


def indentation(row: str) -> str:
    return row[: len(row) - len(row.lstrip(" \t"))]


def unit(source: str) -> str:
    """One level of indentation, as the block has it."""
    before = ""
    for row in source.split("\n"):
        here = indentation(row)
        if row.strip() and len(here) > len(before) and here.startswith(before):
            return here[len(before) :] if before or here else here
        if row.strip():
            before = here
    return "    "


def reads(source: str) -> bool:
    """Whether the text is whole statements."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def code_end(row: str) -> int:
    """The column behind the last character of code in a line of its own: its comment and blanks are behind it."""
    found = [token for token in tokens(row + "\n") if token.line == 1]
    return found[-1].end if found else 0


def shown(text: str, most: int = 48) -> str:
    """A piece of code within a sentence, shortened."""
    text = " ".join(text.split()).replace("`", "'")
    return f"`{text}`" if len(text) <= most else f"`{text[: most - 1]}…`"
