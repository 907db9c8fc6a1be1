"""What is printed, as words, numbers and signs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NUMBER = r"(?<!\w)(?<!\w\.)[-+]?(?:\d+(?!\.\.\.)\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?!\.?\d)"
_TOKEN = re.compile(
    rf"""
    (?P<ellipsis> \.\.\. | … )
    | (?P<bar> \[ (?=[=>#]) [=>#.\ ]{{5,}} \] (?:\ -)? | [━╸╺█▉▊▋▌▍▎▏]+ )
    | (?P<address> (?<=\bat\ ) 0x[0-9a-fA-F]+ )
    | (?P<time>
        \d+:\d\d:\d\d(?:\.\d+)? | \d+:\d\d(?=<) | (?<=<)\d+:\d\d | (?<=ETA:\ )\d+:\d\d
        | {_NUMBER} \ ? (?: [nuµμm]?s | secs? | seconds? ) (?: /\w+ )? (?!\w)
        | {_NUMBER} \ ? (?: it | steps? | batch(?:es)? | samples? | examples? | images? | tokens? | rows? | files?
          | epochs? | iterations? | [kKMG]?i?B ) /s (?: ec (?:ond)? )? (?!\w)
      )
    | (?P<number> {_NUMBER} )
    | (?P<word> \w+ )
    | (?P<sign> \S )
    """,
    re.VERBOSE,
)
_ELLIPSES = ("...", "…")
_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_SCALAR = re.compile(
    r"\bnp\.(?:float|int|uint|complex|bool|longdouble|longlong|ulonglong|str_|bytes_)\w*"
    r"\( ( [-+]?[\w.]+(?:[eE][-+]\d+j?)? | b?'[^'\n]*' | b?\"[^\"\n]*\" ) \)",
    re.VERBOSE,
)
_COMPLEX = re.compile(r"\bnp\.(?:complex|clongdouble)\w*(?=\()")
_IMAGINARY = re.compile(r"(?<=[\d.])[ ]+(?=[-+][\d.]+(?:e[-+]?\d+)?j)")
_BOOLEAN = re.compile(r"\bnp\.(True|False)_")


class Token(NamedTuple):
    """A word, a number, a sign of what is printed."""

    kind: str
    text: str
    line: int
    """From 1."""
    opens: bool = False
    """`...` stands directly before it: only its end is shown."""
    breaks: bool = False
    """`...` stands directly behind it: only its beginning is shown."""

    @property
    def is_float(self) -> bool:
        return self.kind == "number" and not self.text.lstrip("+-").isdecimal()


def shown_rows(text: str) -> list[str]:
    """The rows as a terminal shows them in the end, NumPy's scalars as NumPy 1 wrote them."""
    text = _ESCAPE.sub("", text)
    text = _BOOLEAN.sub(r"\1", _COMPLEX.sub("", _SCALAR.sub(r"\1", text)))
    # NumPy aligns the parts of a complex number, too: `1. +0.j`.
    return [_IMAGINARY.sub("", _overwritten(row)) for row in text.split("\n")]


def _overwritten(row: str) -> str:
    if "\r" not in row and "\b" not in row:
        return row.rstrip()
    cells: list[str] = []
    column = 0
    for character in row:
        if character == "\r":
            column = 0
        elif character == "\b":
            column = max(0, column - 1)
        else:
            cells[column : column + 1] = character
            column += 1
    return "".join(cells).rstrip()


def tokens_of(rows: Sequence[str]) -> list[Token]:
    return [token for number, row in enumerate(rows, 1) for token in _of_row(row, number)]


def _of_row(row: str, number: int) -> Iterator[Token]:
    for found in _TOKEN.finditer(row):
        opens, breaks = row.endswith(_ELLIPSES, 0, found.start()), row.startswith(_ELLIPSES, found.end())
        yield Token(found.lastgroup or "", found[0], number, opens, breaks)
