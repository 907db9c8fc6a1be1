"""A document's blocks and comments, asked for what stands below, inside and between."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dlexamples.formats.lines import BOM, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.formats.elements import Comment
    from dlexamples.model import Block

QUOTE_MARKS = re.compile(r"[\s>]*")


@dataclass(frozen=True)
class Page:
    """Blocks and comments in the document's order; a block is named by its index."""

    blocks: Sequence[Block]
    comments: Sequence[Comment]
    text: str

    @cached_property
    def rows(self) -> list[str]:
        return [line.text for line in lines(self.text.removeprefix(BOM))]

    @cached_property
    def front_matter(self) -> dict[str, str]:
        """Keys of two levels, joined by dots: `execute.eval`."""
        return _front_matter(self.text)

    @cached_property
    def commented(self) -> set[int]:
        """Lines that comments take up."""
        return {line for comment in self.comments for line in range(comment.line, comment.end_line + 1)}

    @cached_property
    def _lines(self) -> list[int]:
        return [block.line for block in self.blocks]

    def following(self, line: int) -> range:
        """The blocks that begin below the line."""
        return range(bisect_right(self._lines, line), len(self.blocks))

    def between(self, line: int, end_line: int) -> range:
        """The blocks that begin below the one line and above the other."""
        return range(bisect_right(self._lines, line), bisect_right(self._lines, end_line - 1))

    def inside(self, comment: Comment) -> tuple[int, ...]:
        """The hidden blocks of a comment."""
        found = self.between(comment.line - 1, comment.end_line + 1)
        return tuple(index for index in found if self.blocks[index].form == "comment")

    def next_fence(self, line: int) -> int | None:
        """The next block that is shown."""
        return next((index for index in self.following(line) if self.blocks[index].form != "comment"), None)

    def next_code(self, line: int) -> int | None:
        """The next Python, shown or hidden."""
        return next((index for index in self.following(line) if self.blocks[index].is_python), None)

    def prose_between(self, comment: Comment, block: Block) -> int | None:
        """The first line between the two that is neither blank nor in a comment."""
        for line in range(comment.end_line + 1, block.line):
            if line not in self.commented and not QUOTE_MARKS.fullmatch(self.rows[line - 1]):
                return line
        return None

    def comment_between(self, comment: Comment, block: Block) -> bool:
        return any(line in self.commented for line in range(comment.end_line + 1, block.line))

    def shown_before(self, index: int) -> int | None:
        """The nearest Python above that is shown."""
        before = (i for i in range(index - 1, -1, -1) if self.blocks[i].form != "comment")
        return next((i for i in before if self.blocks[i].is_python), None)


def _front_matter(text: str) -> dict[str, str]:
    found = re.match(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*$", text, re.DOTALL | re.MULTILINE)
    pairs: dict[str, str] = {}
    above = ""
    for row in found[1].splitlines() if found else []:
        pair = re.match(r"(\s*)([\w-]+)\s*:\s*(.*?)\s*$", row)
        if not pair:
            continue
        above = above if pair[1] else pair[2]
        pairs[f"{above}.{pair[2]}" if pair[1] else pair[2]] = pair[3]
        for key, value in re.findall(r"([\w-]+)\s*:\s*([^\s,{}]+)", pair[3] if pair[3].startswith("{") else ""):
            pairs[f"{pair[2]}.{key}"] = value
    return pairs
