"""Whose markers are read: a tool a file, ours among them.

A file registers what it reads under its own name: `@in_comment` for a comment between paragraphs, `@in_info` for an
info string, `@in_code` for what stands in a block, `@hides` for code in a comment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dlexamples.formats.dialects import options
from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.info import Info
from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dlexamples.model import Block


@dataclass(frozen=True, slots=True)
class Note:
    """A comment as its author wrote it."""

    text: str
    """Without blanks and superfluous dashes at its ends: `<!--- x --->` is read like `<!-- x -->`."""
    comment: Comment


@dataclass(frozen=True)
class Code:
    """A Python block, with what its dialect says about it."""

    block: Block
    info: Info
    front_matter: Mapping[str, str]
    """The document's, keys joined by dots: `execute.eval`."""

    @cached_property
    def options(self) -> Mapping[str, str]:
        """Of `#| key: value` and `:key: value` lines."""
        return options(self.block.published, self.info)


Read = Iterator[Ask | Problem]
InComment = Callable[[Note], Read]
InInfo = Callable[[Info], Read]
InCode = Callable[[Code], Read]
Hides = Callable[[Comment], Iterator[Fence]]

COMMENTS: Registry[InComment] = Registry("dlexamples.formats.markers.peers")
INFOS: Registry[InInfo] = Registry("dlexamples.formats.markers.peers")
CODES: Registry[InCode] = Registry("dlexamples.formats.markers.peers")
HIDING: Registry[Hides] = Registry("dlexamples.formats.markers.peers")


def in_comment(peer: str) -> Callable[[InComment], InComment]:
    """Registers a function that reads one comment."""

    def register(read: InComment) -> InComment:
        COMMENTS.add(peer, read)
        return read

    return register


def in_info(peer: str) -> Callable[[InInfo], InInfo]:
    """Registers a function that reads an info string, of whatever language. It is asked once for equal strings."""

    def register(read: InInfo) -> InInfo:
        INFOS.add(peer, read)
        return read

    return register


def in_code(peer: str) -> Callable[[InCode], InCode]:
    """Registers a function that reads a Python block: its options, its comments."""

    def register(read: InCode) -> InCode:
        CODES.add(peer, read)
        return read

    return register


def hides(peer: str) -> Callable[[Hides], Hides]:
    """Registers a function that gives the code which a comment holds."""

    def register(read: Hides) -> Hides:
        HIDING.add(peer, read)
        return read

    return register
