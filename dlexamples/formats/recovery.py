"""What can still be read where a fence is never closed, or holds another of its own length."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dlexamples.formats.elements import Comment, Fence


def recovered(text: str, read: Callable[[str], Iterable[Fence | Comment]]) -> Iterator[Fence | Comment]:
    """The elements that `read` finds in `text`, as their author meant them, each that had to be read otherwise with
    its flaw."""
    yield from read(text)
