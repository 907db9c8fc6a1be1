"""Comments: HTML's between tags, MDX's `{/* … */}`, MyST's `%` lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdit_py_plugins.myst_blocks import myst_block_plugin

from dlexamples.formats.containers import ANYWHERE, closing, line_at
from dlexamples.formats.elements import Comment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

HTML = re.compile(r"<!--(?!-?>)(?P<text>.*?)(?:-->|\Z)", re.DOTALL)
JSX = re.compile(r"\{/\*(?P<text>.*?)\*/", re.DOTALL)

ELEMENT = re.compile(
    r"<!--(?!-?>).*?(?:-->|\Z)"
    r"|<(?P<closes>/?)(?P<name>[a-z][\w-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL | re.IGNORECASE,
)
"""A comment or a tag: what begins inside of one is no other."""
CODE = {"code", "samp", "kbd", "pre", "xmp"}

JSX_END = re.compile(r"\*/")


def comments(parser: MarkdownIt) -> None:
    parser.use(myst_block_plugin).disable(["myst_block_break", "myst_target"])
    parser.block.ruler.before("fence", "jsx_comment", jsx_comment, ANYWHERE)


def jsx_comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("{/*", at) or state.is_code_block(start):
        return False
    found = closing(state, JSX_END, at + 3, end)
    if not found:
        return False
    if silent:
        return True
    behind = line_at(state, found.start(), start, end) + 1
    token = state.push("jsx_comment", "", 0)
    token.content = state.getLines(start, behind, state.blkIndent, True)
    token.map = [start, behind]
    state.line = behind
    return True


def written(form: str, pairs: Sequence[tuple[str, str]], line: int, heading: tuple[str, ...]) -> Iterator[Comment]:
    """The comments of a block whose rows, from the document's line `line` on, are these prefixes and texts."""
    text = "\n".join(source for _, source in pairs)
    row, seen = 0, 0
    for found in JSX.finditer(text) if form == "jsx" else _html(text):
        start, end = found.span("text")
        if start == end:
            continue
        row += text.count("\n", seen, start)
        rows_more = text.count("\n", start, end)
        seen = start
        column = start - (text.rfind("\n", 0, start) + 1)
        prefix, source = pairs[row]
        yield Comment(
            line=line + row,
            end_line=line + row + rows_more,
            heading=heading,
            text=found["text"],
            first_line=line + row,
            prefixes=(prefix + source[:column], *(prefix for prefix, _ in pairs[row + 1 : row + 1 + rows_more])),
            form=form,
        )


def _html(text: str) -> Iterator[re.Match[str]]:
    """HTML's comments that stand neither in a tag nor in an element of code."""
    if "<!--" not in text:
        return
    found = list(ELEMENT.finditer(text))
    ends = {each["name"].lower(): each.start() for each in found if each["closes"]}
    inside = ""
    for each in found:
        name = (each["name"] or "").lower()
        if inside:
            inside = "" if each["closes"] and name == inside else inside
        elif name in CODE and not each["closes"] and each.start() < ends.get(name, 0):
            inside = name
        elif not name and (comment := HTML.match(text, each.start())):
            yield comment


def percent(rows: Sequence[str], line: int, heading: tuple[str, ...]) -> Comment:
    """MyST's comment of these rows of the document, from its line `line` on."""
    pairs = [(before + mark, text) for before, mark, text in (row.partition("%") for row in rows)]
    text = "\n".join(text for _, text in pairs)
    prefixes = tuple(prefix for prefix, _ in pairs)
    return Comment(line, line + len(rows) - 1, heading, text, line, prefixes, "myst")
