"""Directives whose body is Markdown: `:::` lines of every dialect, and MyST's ```` ```{note} ````.

A `:::` line (MyST, Pandoc, Quarto, Docusaurus, VuePress) is a block of its own and neither indents nor hides what
follows, so the fences below it are fences like others; `:::{code-block} python` holds code and is a fence. MyST's
backtick directive is a fence to CommonMark. It is read as a container, and is no fence of the ledger, when its body
is Markdown and holds fences that cannot close it; each of those is one then. Holding none, it is a fence as written.

https://myst-parser.readthedocs.io/en/latest/syntax/roles-and-directives.html, https://pandoc.org/MANUAL.html#divs-and-spans,
https://docusaurus.io/docs/markdown-features/admonitions
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.rules_block import fence
from mdit_py_plugins.colon_fence import colon_fence_plugin

from dlexamples.formats.containers import ANYWHERE
from dlexamples.formats.containers.html import is_closed

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

NAMED = re.compile(r"\s*\{([\w:-]+)\}")
LITERAL = re.compile(
    r"(ipython|jupyter|python|r|julia|bash|sh|sql|ojs|js|css|html|dot|mermaid|graphviz|math|raw|verbatim|prompt"
    r"|[\w:-]*code[\w:-]*|sourcecode|literalinclude|parsed-literal|jupyter-\w+|doctest|test\w+|eval-rst|csv-table"
    r"|toctree|bibliography|auto\w+|highlight|include|image|embed|plotly|altair-plot|diagram|swimlane|glue[\w:-]*)",
    re.IGNORECASE,
)
"""Languages and directives whose body is not Markdown. Sphinx's, MyST-NB's, Quarto's and knitr's."""
CODE = re.compile(r"\s*\{(code|code-block|code-cell|sourcecode|jupyter-execute|literalinclude|math|raw|mermaid)\}")
NESTING = 12
"""Directives within each other that are containers. Each is gone through for its end."""
FENCE_ROW = re.compile(r"^[ \t>]*(?:[-*+]\s+|\d+[.)]\s+)?(?P<marker>(?P<mark>[`~:])(?P=mark){2,})", re.MULTILINE)


def directives(parser: MarkdownIt) -> None:
    parser.use(colon_fence_plugin)
    parser.block.ruler.before("colon_fence", "directive", directive_line, ANYWHERE)
    parser.block.ruler.at("fence", fence_or_directive, ANYWHERE)


def directive_line(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(":::", at) or state.is_code_block(start):
        return False
    info = state.src[at : state.eMarks[start]].lstrip(":")
    if CODE.match(info):
        return False
    if silent:
        return True
    token = state.push("directive", "", 0)
    token.info = info.rstrip(": \t")
    token.markup = ":" * (state.eMarks[start] - at - len(info))
    token.map = [start, start + 1]
    state.line = start + 1
    return True


def fence_or_directive(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if not fence(state, start, end, silent):
        return False
    if silent:
        return True
    token = state.tokens[-1]
    name = NAMED.match(token.info)
    depth = state.env.get("directives", 0)
    if not name or LITERAL.fullmatch(name[1]) or not _holds_fences(token.content, token.markup) or depth >= NESTING:
        return True
    state.tokens.pop()
    state.env["directives"] = depth + 1
    _read_inside(state, token, start, state.line)
    state.env["directives"] = depth
    return True


def _holds_fences(body: str, marker: str) -> bool:
    opening = FENCE_ROW.search(body)
    return bool(opening and (opening["mark"] != marker[0] or len(opening["marker"]) < len(marker)))


def _read_inside(state: StateBlock, directive: Token, start: int, behind: int) -> None:
    before = state.lineMax, state.parentType
    last = behind - 1 if is_closed(directive) else behind
    opening = state.push("content_open", "", 1)
    opening.map = [start, behind]
    opening.info = tab_title(directive.info)
    opening.meta["row"] = directive.info
    state.lineMax, state.parentType = last, "content"
    state.md.block.tokenize(state, _behind_options(state, start + 1, last), last)
    state.lineMax, state.parentType = before
    state.push("content_close", "", -1)
    state.line = behind


OPTION = re.compile(r":[\w-]+:")


def _behind_options(state: StateBlock, line: int, end: int) -> int:
    """`:class: tip` and the like, or YAML between rules: a rule below a text would be a heading's underline."""
    rows = [state.src[state.bMarks[i] + state.tShift[i] : state.eMarks[i]].rstrip() for i in range(line, end)]
    if rows[:1] == ["---"] and "---" in rows[1:]:
        return line + rows.index("---", 1) + 1
    return line + next((i for i, row in enumerate(rows) if not OPTION.match(row)), len(rows))


TAB = re.compile(r"\s*(?:\{(?:tab|tab-item|group-tab|code-group-item)\}|(?:tab|tab-item|code-group-item)\b)\s*(.*)")


def tab_title(info: str) -> str:
    """`PyTorch` of `{tab-item} PyTorch`; empty of what is no tab."""
    found = TAB.match(info)
    return found[1].strip() if found else ""
