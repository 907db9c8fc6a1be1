"""Where in a document a block stands: under which headings, in which tabs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlexamples.formats.containers.comments import HTML
from dlexamples.formats.containers.directives import tab_title

if TYPE_CHECKING:
    from collections.abc import Iterator

Headings = list[tuple[int, str]]

TAG = re.compile(
    r"<(?P<closes>/?)(?P<name>TabItem|Tab|TabPanel|tab|tab-item|hfoption|pt|tf|jax|flax)\b(?P<attributes>[^<>]*)(?<!/)>"
    r"|\{#if fw === '(?P<framework>\w+)'\}|(?P<other>\{:else\})|(?P<endif>\{/if\})"
)
"""Docusaurus, Astro, Mintlify and Hugging Face's doc-builder, whose course also has Svelte's conditions."""
TAGS = re.compile(r"(?:\s|<[^<>]*>|\{[#:/][^{}]*\})*")
"""How a row begins in which tags are no mention."""
ATTRIBUTE = re.compile(r"""\b(label|title|value|id|name)=\{?["']([^"']*)["']""")
FRAMEWORKS = {"pt": "PyTorch", "tf": "TensorFlow", "jax": "JAX", "flax": "Flax"}
OTHERS = {"PyTorch": "TensorFlow", "TensorFlow": "PyTorch"}
TITLES = ("label", "title", "value", "id", "name")
CONDITION = "{#if}"
REMEMBERED = 50
"""Open lines and elements of one container: those that are never closed would add up."""


@dataclass
class Opened:
    """What is open without being a container: a `:::` line, an element."""

    closer: str
    title: str
    tabset: bool = False
    """Quarto's: its headings are the titles of tabs."""
    level: int = 0
    headings: Headings = field(default_factory=list)
    """Those above it, which are above what follows it too."""
    closed: bool = False
    """What is never closed is no container."""


@dataclass
class Scope:
    """A container. Its headings say nothing of what follows it."""

    title: str = ""
    headings: Headings = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)


Tabs = list[tuple[str, "Opened | None"]]
"""The titles of tabs, outermost first, each with what has to be closed for it to be one."""


class Outline:
    """The headings and tabs at one place of a document that is read from its top."""

    def __init__(self) -> None:
        self._scopes = [Scope()]

    @property
    def heading(self) -> tuple[str, ...]:
        return tuple(name for scope in self._scopes for _, name in scope.headings if name)

    @property
    def tabs(self) -> Tabs:
        return [tab for scope in self._scopes for tab in _titled(scope)]

    def enter(self, title: str = "") -> None:
        self._scopes.append(Scope(title))

    def leave(self) -> None:
        self._scopes.pop()

    def head(self, level: int, text: str) -> None:
        scope = self._scopes[-1]
        scope.headings = [*(heading for heading in scope.headings if heading[0] < level), (level, text)]
        tabset = next((each for each in reversed(scope.opened) if each.tabset), None)
        if tabset and level <= (tabset.level or level):
            tabset.level, tabset.title = level, text

    def directive(self, marker: str, info: str) -> None:
        """A `:::` line. One without a name closes the innermost that is not longer, or else the innermost."""
        if info.strip():
            self._open(Opened(marker, tab_title(info), ".panel-tabset" in info))
            return
        lines = [each for each in self._scopes[-1].opened if each.closer.startswith(":")]
        fitting = [each for each in lines if len(each.closer) <= len(marker)]
        if lines:
            _close(self._scopes[-1], (fitting or lines)[-1])

    def tags(self, text: str) -> None:
        """The tags of tabs in a text that is not code."""
        text = HTML.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
        front = 0
        for tag in TAG.finditer(text):
            begins = text.rfind("\n", 0, tag.start()) + 1
            front = _front(text, begins) if begins >= front else front
            if tag.start() < front or _closes(tag):
                self._tag(tag)

    def _tag(self, tag: re.Match[str]) -> None:
        if tag["framework"]:
            self._open(Opened(CONDITION, FRAMEWORKS.get(tag["framework"], "")))
        elif tag["name"] and not tag["closes"]:
            self._open(Opened(tag["name"], FRAMEWORKS.get(tag["name"]) or title_of(tag["attributes"])))
        else:
            closer = tag["name"] or CONDITION
            # The row of a closing tag may be a lazy one of a list's last paragraph.
            around = ((scope, each) for scope in reversed(self._scopes) for each in reversed(scope.opened))
            scope, each = next((found for found in around if found[1].closer == closer), (None, None))
            if each and tag["other"]:
                each.title = OTHERS.get(each.title, "")
            elif scope and each:
                _close(scope, each)

    def _open(self, opened: Opened) -> None:
        scope = self._scopes[-1]
        opened.headings = scope.headings
        scope.opened = [*scope.opened[-REMEMBERED:], opened]


def closed(tabs: Tabs) -> tuple[str, ...]:
    """The titles of those that are containers, to be asked when the whole document is read."""
    return tuple(title for title, opened in tabs if opened is None or opened.closed)


def _titled(scope: Scope) -> Iterator[tuple[str, Opened | None]]:
    if scope.title:
        yield scope.title, None
    yield from ((each.title, each) for each in scope.opened if each.title)


def _close(scope: Scope, opened: Opened) -> None:
    """Closes it. What was opened inside, and is not closed, ends with it."""
    opened.closed = True
    scope.headings = opened.headings
    while scope.opened.pop() is not opened:
        pass


def _front(text: str, begins: int) -> int:
    """The end of the tags that a row begins with."""
    found = TAGS.match(text, begins)
    return found.end() if found else begins


def _closes(tag: re.Match[str]) -> bool:
    return bool(tag["closes"] or tag["endif"])


def title_of(attributes: str) -> str:
    """What a reader sees of a tab whose tag has these attributes."""
    found = dict(ATTRIBUTE.findall(attributes))
    return next((found[name] for name in TITLES if name in found), "")
