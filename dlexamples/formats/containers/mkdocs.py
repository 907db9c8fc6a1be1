"""MkDocs: what stands four blanks in below `!!! note`, `??? note` or `=== "Keras"` is Markdown.

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
WIDTH = 4


def mkdocs(parser: MarkdownIt) -> None:
    parser.block.ruler.before("fence", "mkdocs", indented_content, ANYWHERE)


def indented_content(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if state.src[at] not in "!?=" or state.is_code_block(start):
        return False
    row = state.src[at : state.eMarks[start]]
    tab = TAB.match(row)
    if not (tab or ADMONITION.match(row)):
        return False
    if silent:
        return True
    width = state.sCount[start] + WIDTH
    behind = _behind(state, start, end, width)
    opening = state.push("content_open", "", 1)
    opening.map = [start, behind]
    opening.info = tab["title"] if tab else ""
    _read_inside(state, start + 1, behind, width)
    state.push("content_close", "", -1)
    state.line = behind
    return True


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
