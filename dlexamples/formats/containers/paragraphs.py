"""Paragraphs and underlined headings, in one pass over their lines.

markdown-it goes through every paragraph twice, once for an underline and once for its end, and it keeps the text, of
which only tags are read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.first_characters import CHARACTERS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

TICKS = re.compile(r"`+")


def paragraphs(parser: MarkdownIt) -> None:
    parser.block.ruler.at("paragraph", paragraph)
    parser.disable("lheading")


def paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    level, line = _extent(state, start)
    state.line = line + 1 if level else line
    if level:
        heading = state.push("heading_open", f"h{level}", 1)
        heading.map = [start, state.line]
        inline = state.push("inline", "", 0)
        inline.content = state.getLines(start, line, state.blkIndent, False).strip()
        state.push("heading_close", f"h{level}", -1)
    elif _may_hold_tags(state, start, line):
        tags = state.push("tags", "", 0)
        tags.map = [start, line]
        tags.content = without_code(state.getLines(start, line, state.blkIndent, False))
    return True


def _extent(state: StateBlock, start: int) -> tuple[int, int]:
    """The level of the heading that it is, or 0; and the line of its underline, or the one behind its last."""
    interrupting = state.md.block.ruler.getRules("paragraph")
    indented = state.is_code_block
    outer, state.parentType = state.parentType, "paragraph"
    source, begins, shifts, ends, widths = state.src, state.bMarks, state.tShift, state.eMarks, state.sCount
    level, line = 0, start + 1
    while line < state.lineMax:
        at = begins[line] + shifts[line]
        if at >= ends[line]:
            break
        first = source[at]
        # The lazy lines of a quote have a negative width.
        if first in CHARACTERS and widths[line] >= 0 and not indented(line):
            if first in "-=" and widths[line] >= state.blkIndent and _is_underline(source[at : ends[line]]):
                level = 1 if first == "=" else 2
                break
            if any(rule(state, line, state.lineMax, True) for rule in interrupting):
                break
        line += 1
    state.parentType = outer
    return level, line


def _is_underline(row: str) -> bool:
    return not row.rstrip(" \t").strip(row[0])


def without_code(text: str) -> str:
    """The text with blanks for its code spans: between runs of as many backticks."""
    runs = list(TICKS.finditer(text))
    behind: dict[int, re.Match[str]] = {}
    closing: dict[int, re.Match[str] | None] = {}
    for run in reversed(runs):
        closing[run.start()] = behind.get(len(run[0]))
        behind[len(run[0])] = run
    parts, seen = [], 0
    for run in runs:
        end = closing[run.start()]
        if run.start() >= seen and end:
            parts += [text[seen : run.start()], re.sub(r"[^\n]", "`", text[run.start() : end.end()])]
            seen = end.end()
    return "".join((*parts, text[seen:]))


def _may_hold_tags(state: StateBlock, start: int, end: int) -> bool:
    first, last = state.bMarks[start], state.eMarks[end - 1]
    return state.src.find("<", first, last) >= 0 or state.src.find("{", first, last) >= 0
