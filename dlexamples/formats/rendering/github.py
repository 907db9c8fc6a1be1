"""What GitHub adds to CommonMark beside tables: alerts, task lists, and links that are written as they are.

https://docs.github.com/en/get-started/writing-on-github, https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

ALERT = re.compile(r"\[!(?P<kind>NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)", re.IGNORECASE)
ALERTED = ("blockquote_open", "paragraph_open")
TASK = re.compile(r"\[(?P<done>[ xX])\](?=\s+\S)")
ASKED = ("list_item_open", "paragraph_open")
LINK = re.compile(r"(?<![^\s*_~(])(?:https?://|www\.)[\w-]{1,63}\.[^\s<]{1,2000}", re.IGNORECASE)
ENTITY = re.compile(r"&[A-Za-z0-9]+;$")
BEHIND = "?!.,:*_~'\";"
"""Punctuation that belongs to the sentence and not to the link before it."""


def github(parser: MarkdownIt) -> None:
    parser.core.ruler.before("inline", "alerts", _alerts)
    parser.core.ruler.before("inline", "tasks", _tasks)
    parser.core.ruler.push("links", _links)


def _alerts(state: StateCore) -> None:
    """`> [!TIP]` on a row of its own."""
    for quote, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        found = ALERT.match(inline.content) if (quote.type, paragraph.type) == ALERTED else None
        if found:
            quote.info = found["kind"].capitalize()
            inline.content = inline.content[found.end() :]


def _tasks(state: StateCore) -> None:
    """`- [x] done`. A box is shown and cannot be ticked, so it is a character."""
    for item, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        found = TASK.match(inline.content) if (item.type, paragraph.type) == ASKED else None
        if found:
            box = "\N{BALLOT BOX}" if found["done"] == " " else "\N{BALLOT BOX WITH CHECK}"
            inline.content = box + inline.content[found.end() :]


def _links(state: StateCore) -> None:
    for token in state.tokens:
        if token.children and any("://" in child.content or "www." in child.content for child in token.children):
            token.children = list(_linked(state.md, token.children))


def _linked(parser: MarkdownIt, tokens: Sequence[Token]) -> Iterator[Token]:
    inside = 0
    for token in tokens:
        inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not inside:
            yield from _split(parser, token.content)
        else:
            yield token


def _split(parser: MarkdownIt, text: str) -> Iterator[Token]:
    at = 0
    for found in LINK.finditer(text):
        link = _without_what_is_behind(found[0])
        address = parser.normalizeLink(link if "://" in link else f"http://{link}")
        if not parser.validateLink(address):
            continue
        yield Token("text", "", 0, content=text[at : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": address})
        yield Token("text", "", 0, content=link)
        yield Token("link_close", "a", -1)
        at = found.start() + len(link)
    yield Token("text", "", 0, content=text[at:])


def _without_what_is_behind(link: str) -> str:
    """The closing brackets that the link opens itself are its own."""
    surplus = link.count(")") - link.count("(")
    while link:
        if entity := ENTITY.search(link):
            link = link[: entity.start()]
        elif link[-1] in BEHIND:
            link = link[:-1]
        elif link[-1] == ")" and surplus > 0:
            link, surplus = link[:-1], surplus - 1
        else:
            break
    return link
