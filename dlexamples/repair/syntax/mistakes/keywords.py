"""A keyword with a letter too many, too few, or two of them swapped."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault

WORDS = [word for word in keyword.kwlist if len(word) > 2]


@mistake
def keywords(fault: Fault) -> Iterator[Change]:
    for token in tokens(fault.source):
        if token.kind != "name" or not fault.line <= token.line <= fault.end_line or len(token.text) < 3:
            continue
        for word in WORDS:
            if word != token.text and _is_near(token.text.lower(), word):
                source = fault.source[: token.start] + word + fault.source[token.end :]
                yield Change(source, f"`{word}` instead of `{token.text}`")


def _is_near(text: str, word: str) -> bool:
    """One letter more, less or other, or two neighbours swapped."""
    if text == word:
        return True
    if abs(len(text) - len(word)) > 1:
        return False
    splits = [(text[:i], text[i:]) for i in range(len(text) + 1)]
    if len(text) > len(word):
        return any(a + b[1:] == word for a, b in splits if b)
    if len(text) < len(word):
        return any(word.startswith(a) and word.endswith(b) for a, b in splits)
    swapped = any(a + b[1] + b[0] + b[2:] == word for a, b in splits if len(b) > 1)
    return swapped or (len(word) > 3 and sum(x != y for x, y in zip(text, word, strict=True)) == 1)
