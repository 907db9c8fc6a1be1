"""Positional arguments behind keyword arguments, and an argument that is given twice alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import CLOSING, OPENING, offset, shown, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault
    from dlexamples.repair.syntax.text import Token


@mistake
def arguments(fault: Fault) -> Iterator[Change]:
    """The positional arguments move to the front, in their order; of two that are alike, one goes."""
    moves = "positional argument follows keyword argument" in fault.message
    repeats = "keyword argument repeated" in fault.message
    if not (moves or repeats):
        return
    for opened, closed, parts in _calls(fault.source):
        at = offset(fault.source, fault.line, fault.column)
        texts = [fault.source[a:b].strip() for a, b in parts]
        if not opened.start <= at <= closed.end or not texts or any("#" in text for text in texts):
            continue
        named = [text for text, (a, b) in zip(texts, parts, strict=True) if _is_named(fault.source, a, b)]
        plain = [text for text in texts if text not in named and not text.startswith("**")]
        kept = [*plain, *dict.fromkeys(named), *(text for text in texts if text.startswith("**"))]
        if kept == texts or "..." in plain:
            continue
        source = fault.source[: opened.end] + ", ".join(kept) + fault.source[closed.start :]
        what = "positional arguments come first" if moves else "an argument is given once"
        yield Change(source, f"{what} in {shown(', '.join(kept))}")


def _is_named(source: str, start: int, end: int) -> bool:
    inner = [token for token in tokens(source) if start <= token.start < end]
    return len(inner) > 2 and inner[0].kind == "name" and inner[1].text == "="


def _calls(source: str) -> Iterator[tuple[Token, Token, list[tuple[int, int]]]]:
    """Each closed pair of parentheses with the spans between its commas, innermost first."""
    stack: list[tuple[Token, list[tuple[int, int]], int]] = []
    for token in tokens(source):
        if token.text in OPENING:
            stack.append((token, [], token.end))
        elif token.text in CLOSING and stack:
            opened, parts, begin = stack.pop()
            if source[begin : token.start].strip():
                parts.append((begin, token.start))
            if opened.text == "(":
                yield opened, token, parts
        elif token.text == "," and stack:
            opened, parts, begin = stack[-1]
            parts.append((begin, token.start))
            stack[-1] = (opened, parts, token.end)
