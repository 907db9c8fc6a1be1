"""MkDocs: what stands four blanks in below `!!! note`, `??? note` or `=== "Keras"` is Markdown; so it is below a
footnote, `[^1]: Note`, and a definition, `:   Definition`, which Pandoc and MyST have too.

https://python-markdown.github.io/extensions/admonition,
https://facelessuser.github.io/pymdown-extensions/extensions/tabbed and …/details. mdit-py-plugins' `admon` is not
used: it ends an admonition at two blank lines, and it knows no tabs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.containers import ANYWHERE

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

ADMONITION = re.compile(r'(!!!|\?\?\?\+?) ?[\w-]+( +[\w-]+)*( +"[^\n]*")?[ \t]*$|\?\?\?\+? +"[^\n]*"[ \t]*$')
TAB = re.compile(r'===(?:\+!?|!\+?)? +"(?P<title>[^\n]*?)"[ \t]*$')
NOTE = re.compile(r"(?:\[\^[^\[\]\s]+\]:|:[ \t])(?!.*(?:```|~~~))")
"""A footnote or a definition. A fence on its own row is not read."""
WIDTH = 4


def mkdocs(parser: MarkdownIt) -> None:
    parser.block.ruler.before("fence", "mkdocs", indented_content, ANYWHERE)


def indented_content(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if state.src[at] not in "!?=[:" or state.is_code_block(start):
        return False
    row = state.src[at : state.eMarks[start]]
    tab = TAB.match(row)
    note = NOTE.match(row)
    if not (tab or note or ADMONITION.match(row)):
        return False
    width = state.sCount[start] + WIDTH
    if note and not _has_blocks(state, start, end, width):
        return False
    if silent:
        return True
    inside = _below_text(state, start, end) if note else start + 1
    behind = _behind(state, inside - 1, end, width)
    opening = state.push("content_open", "", 1)
    opening.map = [start, behind]
    opening.info = tab["title"] if tab else ""
    opening.meta["row"] = row
    _read_inside(state, inside, behind, width)
    state.push("content_close", "", -1)
    state.line = behind
    return True


def _below_text(state: StateBlock, start: int, end: int) -> int:
    """The line behind the text of a note, which ends at a blank line or at another note."""
    line = start + 1
    while line < end and not state.isEmpty(line) and state.src[state.bMarks[line] + state.tShift[line]] not in ":[":
        line += 1
    return line


def _has_blocks(state: StateBlock, start: int, end: int, width: int) -> bool:
    """Whether the first row after the text of a note is as far in as what belongs to it."""
    line = state.skipEmptyLines(_below_text(state, start, end))
    return line < end and state.sCount[line] >= width


def _behind(state: StateBlock, start: int, end: int, width: int) -> int:
    """The line behind the last one that is indented as far as `width`; blank lines between such lines count."""
    behind = line = start + 1
    while line < end and (state.isEmpty(line) or state.sCount[line] >= width):
        line += 1
        behind = behind if state.isEmpty(line - 1) else line
    return behind


def _read_inside(state: StateBlock, start: int, end: int, width: int) -> None:
    before = state.blkIndent, state.lineMax, state.parentType, state.listIndent
    state.blkIndent, state.lineMax, state.parentType, state.listIndent = width, end, "content", -1
    state.md.block.tokenize(state, start, end)
    state.blkIndent, state.lineMax, state.parentType, state.listIndent = before
