# ruff: noqa: RUF001 - the signs that are meant are those that look like others
"""Characters of print and of other keyboards: typographic quotes, dashes, full-width signs, HTML's entities."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dlexamples.repair.syntax import Fault

QUOTES = {"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'",
          "″": '"', "´": "'"}  # fmt: skip
QUOTED = {ord(sign): plain for sign, plain in QUOTES.items()}
SIGNS = {
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "×": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "…": "...",
    "、": ",", "。": ".", "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "", "\u2028": "\n",
}  # fmt: skip
ENTITY = re.compile(r"&(?:[lg]t|amp|quot|apos|nbsp|#\d+);")
TOKEN = re.compile(r"#[^\n]*|(\"\"\"|\'\'\')[\s\S]*?\1|\"[^\"\n]*\"|\'[^\'\n]*\'")
"""Comments and closed strings."""


@mistake
def typography(fault: Fault) -> Iterator[Change]:
    code = _outside(fault.source, lambda text: html.unescape(text) if ENTITY.search(text) else text)
    if code != fault.source:
        yield Change(code, "HTML's entities become the characters that they stand for", is_certain=True)
    mended = _outside(_outside(fault.source, lambda text: text.translate(QUOTED)), _plain)
    if mended != fault.source:
        found = sorted(set(fault.source) - set(mended))
        shown = ", ".join(
            f"`{character}`" if character.isprintable() else f"U+{ord(character):04X}" for character in found
        )
        yield Change(mended, f"Python's own signs instead of {shown}", is_certain=True)


def _plain(text: str) -> str:
    """Full-width signs and the many kinds of blank are, to Unicode, other forms of ASCII's."""
    return "".join(
        SIGNS[character]
        if character in SIGNS
        else unicodedata.normalize("NFKC", character)
        if unicodedata.east_asian_width(character) == "F" or unicodedata.category(character) == "Zs"
        else character
        for character in text
    )


def _outside(source: str, change: Callable[[str], str]) -> str:
    """`source` with what stands outside of comments and strings changed."""
    parts: list[str] = []
    last = 0
    for found in TOKEN.finditer(source):
        parts += [change(source[last : found.start()]), found[0]]
        last = found.end()
    return "".join([*parts, change(source[last:])])
