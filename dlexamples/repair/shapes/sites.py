"""Calls in the post's text, told by what their names are worth, and edits of their arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Frame, Place, Stop

BINDS_TIGHTLY = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)
"""Behind these a method can stand without parentheses."""


@dataclass(frozen=True, slots=True)
class Site:
    """A part of the text of one of the session's blocks."""

    block: int
    tree: edit.Tree
    node: cst.CSTNode

    @property
    def text(self) -> str:
        return self.tree.text(self.node)


def value_in(stop: Stop, frame: Frame, code: str) -> Any:
    """What the expression is worth in that frame, or MISSING."""
    return live.value_of(replace(stop, locals=frame.names), code)


def calls_in(stop: Stop, frame: Frame) -> Iterator[Site]:
    """The calls at the frame's place, innermost first."""
    tree = edit.parse(stop.sources[frame.at.block])
    if tree:
        yield from (Site(frame.at.block, tree, node) for node in reversed(edit.calls_at(tree, frame.at)))


def call_of(stop: Stop, frame: Frame, called: Any) -> Site | None:
    """The frame's one call of that object, or of what is made where it is called: `Net()(x)`."""
    calls = list(calls_in(stop, frame))
    found = [site for site in calls if value_in(stop, frame, _function(site)) is called]
    found = found or [site for site in calls if is_exactly(site, frame.at) and _makes(site)]
    return found[0] if len(found) == 1 else None


def is_exactly(site: Site, place: Place) -> bool:
    """Whether the interpreter tells this very expression for the one that failed (Python 3.11 and later)."""
    span = site.tree.positions[site.node]
    first, last = (span.start.line, span.start.column), (span.end.line, span.end.column)
    return (first, last) == ((place.line, place.column), (place.end_line, place.end_column))


def _makes(site: Site) -> bool:
    return isinstance(site.node, cst.Call) and isinstance(site.node.func, cst.Call)


def _function(site: Site) -> str:
    assert isinstance(site.node, cst.Call)
    return site.tree.text(site.node.func)


def argument(call: Site, position: int, *keywords: str) -> Site | None:
    """The call's argument, given by position or under one of the keywords. None behind a `*`."""
    assert isinstance(call.node, cst.Call)
    for index, given in enumerate(call.node.args):
        if given.star:
            return None
        by_position = given.keyword is None and index == position
        if by_position or (given.keyword is not None and given.keyword.value in keywords):
            return Site(call.block, call.tree, given.value)
    return None


def replaced(stop: Stop, site: Site, text: str) -> tuple[str, ...]:
    """The session's blocks with `text` in place of the site's, which is without the parentheses around it."""
    return _with(stop, site, edit.replace_node(site.tree, site.node, text))


def suffixed(stop: Stop, site: Site, suffix: str) -> tuple[str, ...]:
    """The session's blocks with a method, or a subscript, behind the expression."""
    start, end, source = site.tree.start(site.node), site.tree.end(site.node), site.tree.source
    if isinstance(site.node, cst.BaseExpression) and site.node.rpar:
        behind = source.index(")", end) + 1
        return _with(stop, site, source[:behind] + suffix + source[behind:])
    text = site.text if isinstance(site.node, BINDS_TIGHTLY) else f"({site.text})"
    return _with(stop, site, source[:start] + text + suffix + source[end:])


def _with(stop: Stop, site: Site, source: str) -> tuple[str, ...]:
    blocks = list(stop.sources)
    blocks[site.block] = source
    return tuple(blocks)
