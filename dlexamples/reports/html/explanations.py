"""The pages of the codes that a page's messages name, in the page itself."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt
from markupsafe import Markup

from dlexamples.explain import codes, explain
from dlexamples.reports.html.highlight import as_html, coloured

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it.token import Token

TITLE = re.compile(r"# (?P<code>\w+): (?P<title>.*)\n")


class Explanation(NamedTuple):
    """What a code means."""

    code: str
    title: Markup
    body: Markup


def explanations(named: Iterable[str]) -> list[Explanation]:
    """Those of these codes that have a page, in order."""
    return [_explanation(code, explain(code)) for code in sorted(set(named) & set(codes()))]


def _explanation(code: str, page: str) -> Explanation:
    found = TITLE.match(page)
    title, body = (found["title"], page[found.end() :]) if found else ("", page)
    return Explanation(code, Markup(_parser().renderInline(title)), Markup(_parser().render(body)))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("fence", _fence)
    parser.core.ruler.push("lower_headings", _lower)
    return parser


def _lower(state: object) -> None:
    """A page's `## What` stands below the heading of all of them, which is of the second level."""
    for token in getattr(state, "tokens", ()):
        if token.type.startswith("heading_"):
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"


def _fence(self: object, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    token = tokens[index]
    lines = coloured(token.content.rstrip("\n"), token.info.strip() or "text")
    return Markup("<pre><code>{}</code></pre>\n").format(Markup("\n").join(map(as_html, lines)))
