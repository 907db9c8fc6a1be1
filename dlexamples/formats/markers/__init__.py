"""What an author writes beside a block for us, or for another tool: skip it, expect an error, run it hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.formats.elements import Comment, Fence
    from dlexamples.model import Block, Flaw


def hidden(comment: Comment) -> Iterator[Fence]:
    """The code that a comment holds and that runs without being shown."""
    yield from ()


def marked(
    blocks: Sequence[Block], comments: Sequence[Comment], text: str
) -> tuple[tuple[Block, ...], tuple[Flaw, ...]]:
    """The blocks of `text` with their markers, and what is wrong with markers that belong to no block."""
    return tuple(blocks), ()
