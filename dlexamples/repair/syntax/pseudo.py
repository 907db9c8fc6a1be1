"""Blocks that are no programs: `...` or a placeholder stands for what the author leaves out."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from dlexamples.repair.syntax.text import shown

if TYPE_CHECKING:
    from dlexamples.repair.syntax import Fault

STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
PLACEHOLDER = re.compile(r"<[a-zA-Z][\w -]*>")
"""`<your path>` where an expression is due."""
WORD = rf"(?!(?:{'|'.join(keyword.kwlist)})\b)[a-z]+"
WORDS = re.compile(rf"\b(?:{WORD} ){{2}}{WORD}\b")
"""Words side by side."""
ELLIPSIS = re.compile(r"(?<![\w.\]])\.\.\.(?!\w)|…")


def left_out(fault: Fault) -> str:
    """What stands for code that the post leaves out, where that is what cannot be read; empty where nothing does."""
    for number in range(fault.line, min(len(fault.rows), fault.end_line + 1) + 1):
        code = STRING.sub("''", fault.rows[number - 1]).split("#")[0]
        if found := PLACEHOLDER.search(code):
            return f"`{found[0]}` stands for something of the reader's own"
        if ELLIPSIS.search(code):
            return "`...` stands for code that the post leaves out"
    sentences = [row for row in fault.rows if WORDS.search(STRING.sub("''", row).split("#")[0])]
    if 3 * len(sentences) >= len([row for row in fault.rows if row.strip()]):
        return f"{shown(sentences[0])} is a sentence, as in pseudo-code"
    return ""
