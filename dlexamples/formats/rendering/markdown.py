"""Markdown as the sites that publish it show it: CommonMark, what GitHub adds to it, footnotes, definitions, TeX
between dollars, and the containers that the formats' parsers know."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from dlexamples.formats.containers import ANYWHERE
from dlexamples.formats.containers.mkdocs import NOTE, indented_content, mkdocs
from dlexamples.formats.containers.paragraphs import paragraphs
from dlexamples.formats.front_matter import front_matter_rows
from dlexamples.formats.ids import slug
from dlexamples.formats.parsers import MDX, NESTING, Dialect, plain_text
from dlexamples.formats.rendering.github import github
from dlexamples.formats.rendering.raw import jsx, raw
from dlexamples.formats.rendering.tex import formula
from dlexamples.formats.rendering.titles import admonition, directive

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

    Environment = MutableMapping[str, Any]

PLACE = re.compile(r"[0-9a-f]{32}-\d+-")
"""A mark in the place of a block (`places.py`). What only looks like one is text on the page."""
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
ANCHOR = re.compile(r"\s*(?:\[\[(?P<name>[\w-]+)\]\]|\{(?:#(?P<named>[\w:.-]+)|\.[\w-]+)(?:\s[^{}]*)?\})\s*$")
TITLE = re.compile(r"""title\s*[:=]\s*(?P<quote>["']?)(?P<title>.+?)(?P=quote)\s*$""")


def as_html(rows: Sequence[str], dialect: Dialect, literal: bool) -> str:
    """The HTML of a document's rows, not sanitised; the title of its front matter heads what has no heading for it.
    `literal`: as in `Render`."""
    above = front_matter_rows(rows)
    env = {"slugs": Counter[str](), "literal": literal}
    html = str(_parser(dialect).render("".join(f"{row}\n" for row in rows[above:]), env))
    return html if "<h1" in html else _title(rows[:above]) + html


def _title(front_matter: Sequence[str]) -> str:
    found = next(filter(None, map(TITLE.match, front_matter)), None)
    return f"<h1>{escape(found['title'])}</h1>\n" if found else ""


@cache
def _parser(dialect: Dialect) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": NESTING}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin)
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_blank_lines=False, double_inline=True)
    for rule in dialect.rules:
        # Those two read fences alone: they leave out what is only for the eye.
        if rule not in (paragraphs, mkdocs):
            parser.use(rule)
    parser.block.ruler.before("fence", "mkdocs", _admonition_or_tab, ANYWHERE)
    parser.use(github)
    parser.core.ruler.before("inline", "anchors", _anchors)
    if dialect is MDX:
        parser.use(jsx)
    parser.disable(list(dialect.without))
    for name, shown in RULES.items():
        parser.add_render_rule(name, shown)
    return parser


def _admonition_or_tab(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Notes and definitions are those of the plugins."""
    at = state.bMarks[start] + state.tShift[start]
    return not NOTE.match(state.src, at, state.eMarks[start]) and indented_content(state, start, end, silent)


def _anchors(state: StateCore) -> None:
    """Names that headings are given: `{#name}` of Pandoc and MyST's kin, `[[name]]` of Hugging Face's doc-builder."""
    for heading, inline in pairwise(state.tokens):
        found = ANCHOR.search(inline.content) if heading.type == "heading_open" else None
        if found:
            heading.meta["anchor"] = found["name"] or found["named"] or ""
            inline.content = inline.content[: found.start()]


def _quote(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    title = _titled(tokens[index].info)
    return f'<div class="md-box">{title}\n' if title else "<blockquote>\n"


def _quote_end(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    opening = next(
        t for t in reversed(tokens[:index]) if t.type == "blockquote_open" and t.level == tokens[index].level
    )
    return "</div>\n" if opening.info else "</blockquote>\n"


def _code(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    token = tokens[index]
    if place := PLACE.search(f"{token.info}\n{token.content}"):
        return f"<div>{place[0]}</div>\n"
    return f"<pre><code>{escape(token.content)}</code></pre>\n"


def _heading(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    name = tokens[index].meta.get("anchor") or slug(plain_text(tokens[index + 1]))
    count = env["slugs"][name]
    env["slugs"][name] += 1
    anchor = f"{name}-{count}" if count else name
    return f'<{tokens[index].tag} id="{escape(anchor)}">'


def _cell(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    token = tokens[index]
    side = str(token.attrs.get("style", "")).removeprefix("text-align:")
    return f'<{token.tag} align="{side}">' if side else f"<{token.tag}>"


def _html(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    html = tokens[index].content
    return escape(COMMENT.sub("", html)) if env["literal"] else raw(html)


def _nothing(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    return ""


def _box(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    token = tokens[index]
    title, kind = (token.info, "md-tab") if token.info else (admonition(str(token.meta.get("row", ""))), "md-box")
    return f'<div class="{kind}">{_titled(title)}\n'


def _end(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    return "</div>\n"


def _directive(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    """A `:::` line opens a box or closes one; what is left open ends with the element around it."""
    found = directive(tokens[index].info)
    return "</div>\n" if found is None else f'<div class="{found.kind}">{_titled(found.title)}\n'


def _titled(title: str) -> str:
    return f'<p class="md-title">{escape(title)}</p>' if title else ""


def _math(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
    return formula(tokens[index].content.strip(), tokens[index].type != "math_inline")


RULES = {
    "blockquote_open": _quote,
    "blockquote_close": _quote_end,
    "fence": _code,
    "code_block": _code,
    "colon_fence": _code,
    "highlight": _code,
    "heading_open": _heading,
    "th_open": _cell,
    "td_open": _cell,
    "html_block": _html,
    "html_inline": _html,
    "jsx_comment": _nothing,
    "myst_line_comment": _nothing,
    "content_open": _box,
    "content_close": _end,
    "directive": _directive,
    "math_inline": _math,
    "math_inline_double": _math,
    "math_block": _math,
    "math_block_label": _math,
}
