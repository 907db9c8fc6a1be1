"""What holds code in the dialects of Markdown, each as a rule for markdown-it's block parser.

A rule is `(state, first line, end line, silent) -> whether it holds here`, as in
https://github.com/executablebooks/markdown-it-py/blob/master/docs/architecture.md. Where it holds it pushes tokens
and sets `state.line` behind itself; when it is asked silently, it only answers whether it would interrupt a paragraph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock

ANYWHERE: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
"""What a rule interrupts that needs no blank line above."""


def closing(state: StateBlock, mark: re.Pattern[str], start: int, end: int) -> re.Match[str] | None:
    """The first closing mark behind character `start` and before line `end`.

    What was sought in vain is not sought again from further down: many things that are never closed cost as much as
    one.
    """
    bound = state.eMarks[end - 1]
    in_vain = state.env.setdefault("in vain", {})
    if start >= in_vain.get((mark, bound), start + 1):
        return None
    found = mark.search(state.src, start, bound)
    if not found:
        in_vain[mark, bound] = start
    return found


def line_at(state: StateBlock, character: int, start: int, end: int) -> int:
    """The line, from `start` on, that the character is in."""
    return next(line for line in range(start, end) if character <= state.eMarks[line])
