"""HTML and JSX as an author wrote them between Markdown, before the whole is sanitised."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

from dlexamples.formats.containers.outline import FRAMEWORKS, TAG, title_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

SWALLOWING = r"(?:script|style|textarea|title|xmp|iframe|noembed|noframes|noscript|plaintext|template|select)"
"""Elements whose content is no HTML to a browser: one that is not closed would swallow the rest of the post. GitHub's
tag filter (https://github.github.com/gfm/#disallowed-raw-html-extension-) has most of them."""
OPENING = re.compile(rf"<({SWALLOWING})\b[^<>]*>", re.IGNORECASE)
OPEN = re.compile(rf"<(?=/?{SWALLOWING}\b)", re.IGNORECASE)

SOURCE = {
    name: re.compile(rf"""\s{name}\s*=\s*(?P<quote>["']?)(?P<value>[^"'<>]*?)(?:(?P=quote)(?=[\s/>]))""", re.IGNORECASE)
    for name in ("src", "title")
}

BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
JSX = re.compile(rf"</?[A-Za-z][\w.:-]*(?:[^<>{{}}\"']|\"[^\"]*\"|'[^']*'|{BRACES})*>|<>|</>")
"""A tag whose attributes may be JavaScript."""
EXPRESSION = re.compile(r"\{(?:/\*.*?\*/|[#:/][^{}\n]*)\}", re.DOTALL)
"""A comment, and Svelte's conditions."""
MODULE = re.compile(r"(?:import|export)\s")
FENCE = re.compile(r"\s*(?:```|~~~)")


def raw(html: str) -> str:
    """The HTML without what would swallow what follows it, and with the titles of tabs in sight."""
    return TAG.sub(_titled, OPEN.sub("&lt;", _without_closed(html)))


def _without_closed(html: str) -> str:
    """The HTML without the swallowing elements that are closed. An end that was sought in vain is not sought again."""
    kept: list[str] = []
    at, start = 0, 0
    in_vain: set[str] = set()
    while opening := OPENING.search(html, start):
        name, start = opening[1].lower(), opening.end()
        end = None if name in in_vain else re.compile(rf"</{name}\s*>", re.IGNORECASE).search(html, start)
        if end is None:
            in_vain.add(name)
            continue
        kept += (html[at : opening.start()], _told(opening[0]) if name == "iframe" else "")
        at = start = end.end()
    return "".join((*kept, html[at:]))


def _told(frame: str) -> str:
    """In place of another page its title, or where it lies: as an image that cannot be shown is told (`safe.py`)."""
    found = {name: SOURCE[name].search(frame) for name in ("src", "title")}
    source, title = (unescape(each["value"]) if each else "" for each in found.values())
    return f'<img src="{escape(source)}" alt="{escape(title)}">' if source else ""


def _titled(tag: re.Match[str]) -> str:
    """Of a tab its title, and of any other tag nothing: no browser knows them."""
    if tag["framework"]:
        title = FRAMEWORKS.get(tag["framework"], "")
    elif tag["name"] and not tag["closes"]:
        title = FRAMEWORKS.get(tag["name"]) or title_of(tag["attributes"])
    else:
        title = ""
    return f'<p class="md-title">{escape(title)}</p>' if title else ""


def jsx(parser: MarkdownIt) -> None:
    """MDX: components, expressions and ES modules."""
    parser.inline.ruler.before("html_inline", "jsx_tag", _tag)
    parser.inline.ruler.before("html_inline", "jsx_expression", _expression)
    parser.block.ruler.before("code", "esm", _module)


def _tag(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "<" and _skipped(state, JSX, silent)


def _expression(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "{" and _skipped(state, EXPRESSION, silent)


def _skipped(state: StateInline, what: re.Pattern[str], silent: bool) -> bool:
    found = what.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("html_inline", "", 0)
        # JavaScript between braces may hold what ends a tag to a browser.
        token.content = found[0] if "{" not in found[0] or TAG.match(found[0]) else ""
    state.pos = found.end()
    return True


def _module(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """https://mdxjs.com/docs/what-is-mdx/#esm: up to the next blank line."""
    if state.level or state.blkIndent or state.sCount[start] or silent:
        return False
    if not MODULE.match(state.src, state.bMarks[start], state.eMarks[start]):
        return False
    line = start
    while line < end and not state.isEmpty(line) and not FENCE.match(state.src, state.bMarks[line]):
        line += 1
    state.line = line
    return True
