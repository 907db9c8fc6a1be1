"""HTML blocks, and the fences in them that readers do not see as code.

An HTML block such as `<details>` goes on to the next blank line (https://spec.commonmark.org/0.31.2/#html-blocks), and
a fence on the way is text to Markdown. Its author meant code, so it is read as a fence, with a flaw: DL007. Where the
text is literal all the same (`<pre>`, `<script>`, a comment), and where the fence is not closed, it stays HTML.
Jekyll's and Hugo's tags are read before Markdown is: they are code in HTML as anywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.rules_block import html_block

from dlexamples.model import Applicability, Diagnostic, Edit, Fix, Flaw, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

VERBATIM = re.compile(r"[ \t]*<(?:!|\?|(?:pre|script|style|textarea)\b)", re.IGNORECASE)
"""How the blocks begin that do not end at a blank line."""
LITERAL_BLOCK = re.compile(r"[ \t]*<(?:pre|script|style|textarea)\b", re.IGNORECASE)
LITERAL = re.compile(r"<!--|-->|<(/?)(pre|script|style|textarea|code|samp|xmp|svg|math)\b", re.IGNORECASE)
MARKDOWN = re.compile(r"<[a-z][^<>]*\smarkdown(?:\s*=\s*[\"']?(?:1|block|span)\b|[\s>])", re.IGNORECASE)
"""Python-Markdown's md_in_html: what the element holds is Markdown."""
CODE_ROW = re.compile(r"^[ \t]*(?P<marker>`{3,}(?=[^`\n]*$)|~{3,}|:{3,}(?=\{code)|\{[%{])", re.MULTILINE)
CODE = {"fence", "colon_fence", "highlight"}


def html(parser: MarkdownIt) -> None:
    parser.block.ruler.at("html_block", html_or_fence, {"alt": ["paragraph", "reference", "blockquote"]})


def verbatim_html(parser: MarkdownIt) -> None:
    """MDX has elements where Markdown has HTML blocks, and between their tags is Markdown."""
    parser.block.ruler.at("html_block", verbatim_block, {"alt": ["paragraph", "reference", "blockquote"]})


def verbatim_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    return bool(VERBATIM.match(state.src, at, state.eMarks[start])) and html_block(state, start, end, silent)


def html_or_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if not html_block(state, start, end, silent):
        return False
    if silent:
        return True
    block = state.tokens[-1]
    if VERBATIM.match(block.content):
        return True
    for line, marker in _code_rows(block.content, start):
        if _reads_as_code(state, line, marker, end, block):
            break
    return True


def _code_rows(html: str, start: int) -> Iterator[tuple[int, str]]:
    """The rows of an HTML block that look like the first of a fence or of a tag, and are not in a literal element or a
    comment: the line and the marker."""
    inside, seen, line = "", 0, start
    ends = {_name(mark): mark.start() for mark in LITERAL.finditer(html) if mark[1]}
    for found in CODE_ROW.finditer(html):
        for mark in LITERAL.finditer(html, seen, found.start()):
            # An element that is not closed in its block hides nothing.
            if not mark[2] or mark.start() <= ends.get(_name(mark), -1):
                inside = _inside(inside, mark)
        line += html.count("\n", seen, found.start())
        seen = found.start()
        if not inside and line > start:
            yield line, found["marker"]


def _inside(inside: str, mark: re.Match[str]) -> str:
    """The literal element, or the comment, that the text after a tag is in."""
    name = _name(mark)
    if not inside:
        return "" if mark[1] or name == "-->" else name
    ends = name == "-->" if inside == "<!--" else bool(mark[1]) and name == inside
    return "" if ends else inside


def _name(mark: re.Match[str]) -> str:
    return (mark[2] or mark[0]).lower()


def _reads_as_code(state: StateBlock, line: int, marker: str, end: int, block: Token) -> bool:
    """Ends the block above code that is closed, and reads the code."""
    # Between tags, an indentation is layout and makes no code.
    margin = max(state.blkIndent, state.sCount[line] - 3)
    # What was sought from a line above is not sought again: many fences that are never closed cost no more than one.
    sought = state.env.setdefault("unclosed", {})
    length, behind = sought.get((marker[0], margin, end), (0, 0))
    if line < behind and len(marker) >= length:
        return False
    token = _code_at(state, line, end, margin)
    if token is None:
        return False
    if token.type != "highlight" and not is_closed(token):
        sought[marker[0], margin, end] = len(marker), line_behind(token)
        return False
    _end_at(block, line)
    if token.type != "highlight" and not MARKDOWN.search(block.content):
        token.meta["html"] = start_of(block)
        token.meta["far in"] = state.is_code_block(line)
    state.tokens.append(token)
    state.line = line_behind(token)
    return True


def _code_at(state: StateBlock, line: int, end: int, margin: int) -> Token | None:
    """The token of the code that begins on the line. The state is left as it was."""
    before, count = (state.blkIndent, state.line), len(state.tokens)
    state.blkIndent = margin
    found = any(rule(state, line, end, False) for rule in state.md.block.ruler.getRules("paragraph"))
    state.blkIndent, state.line = before
    pushed, state.tokens[count:] = state.tokens[count:], []
    return pushed[0] if found and len(pushed) == 1 and pushed[0].type in CODE else None


def _end_at(block: Token, line: int) -> None:
    rows = block.content.split("\n")[: line - start_of(block)]
    block.content = "".join(f"{row}\n" for row in rows)
    block.map = [start_of(block), line]


def is_literal(block: Token) -> bool:
    """Whether an HTML block is a text that is shown, or run, as it is written."""
    return bool(LITERAL_BLOCK.match(block.content))


def start_of(token: Token) -> int:
    assert token.map is not None, "block tokens have a map"
    return token.map[0]


def line_behind(token: Token) -> int:
    assert token.map is not None, "block tokens have a map"
    return token.map[1]


def is_closed(token: Token) -> bool:
    """Whether a fence's token has a closing line: it has one line more than the opening and the content."""
    return line_behind(token) - start_of(token) == token.content.count("\n") + 2


def hidden_by_html(row: str, line: int, token: Token) -> tuple[Flaw, ...]:
    """What is wrong with a fence whose opening line `row` is the document's line `line`, when it stands in HTML."""
    if "html" not in token.meta:
        return ()
    start = len(row) - len(row.lstrip(" \t>"))
    prefix = row[:start].rstrip(" \t") if ">" in row[:start] else ""
    would_do = "a blank line above the fence ends the HTML"
    if token.meta["far in"]:
        # Below a blank line it would be an indented code block, which shows the fence's marks.
        would_do += ", and it is to stand less than four blanks in"
    applicability = Applicability.DISPLAY if token.meta["far in"] else Applicability.SAFE
    opened = token.meta["html"] + 1
    diagnostic = Diagnostic(
        code="DL007",
        level="error",
        message=f"readers do not see this fence as code: the HTML of line {opened} goes on to the next blank line",
        span=Span(line, start + 1, line, len(row.rstrip()) + 1),
        fix=Fix(applicability, would_do),
        label="this fence",
    )
    edit = Edit("DL007", line, line - 1, "", f"{prefix}\n", applicability, would_do)
    return (Flaw(diagnostic, () if token.meta["far in"] else (edit,)),)
