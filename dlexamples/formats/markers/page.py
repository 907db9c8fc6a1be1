"""A document's blocks and comments, asked for what stands below, inside and between."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dlexamples.formats.lines import BOM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.formats.elements import Comment
    from dlexamples.model import Block

LINE_END = re.compile(r"\r\n|\r|\n")
QUOTE_MARKS = re.compile(r"[\s>]*")


@dataclass(frozen=True)
class Page:
    """Blocks and comments in the document's order; a block is named by its index."""

    blocks: Sequence[Block]
    comments: Sequence[Comment]
    text: str

    @cached_property
    def rows(self) -> list[str]:
        return LINE_END.split(self.text.removeprefix(BOM))

    @cached_property
    def front_matter(self) -> dict[str, str]:
        """Keys of two levels, joined by dots: `execute.eval`."""
        return _front_matter(self.text)

    @cached_property
    def commented(self) -> set[int]:
        """Lines that comments take up."""
        return {line for comment in self.comments for line in range(comment.line, comment.end_line + 1)}

    @cached_property
    def _openings(self) -> list[int]:
        return [comment.line for comment in self.comments]

    @cached_property
    def _starts(self) -> list[int]:
        return [block.line for block in self.blocks]

    @cached_property
    def _shown(self) -> list[int]:
        return [index for index, block in enumerate(self.blocks) if block.form != "comment"]

    @cached_property
    def _python(self) -> list[int]:
        return [index for index, block in enumerate(self.blocks) if block.is_python]

    @cached_property
    def _prose(self) -> list[int]:
        """Lines that are neither blank nor in a comment, those of blocks among them."""
        rows = enumerate(self.rows, 1)
        return [line for line, row in rows if line not in self.commented and not QUOTE_MARKS.fullmatch(row)]

    def following(self, line: int) -> range:
        """The blocks that begin below the line."""
        return range(bisect_right(self._starts, line), len(self.blocks))

    def between(self, line: int, end_line: int) -> range:
        """The blocks that begin below the one line and above the other."""
        return range(bisect_right(self._starts, line), bisect_left(self._starts, end_line))

    def inside(self, comment: Comment) -> tuple[int, ...]:
        """The hidden blocks of a comment."""
        found = self.between(comment.line - 1, comment.end_line + 1)
        return tuple(index for index in found if self.blocks[index].form == "comment")

    def next_fence(self, line: int) -> int | None:
        """The next block that is shown."""
        return _first(self._shown, self.following(line).start)

    def next_code(self, line: int) -> int | None:
        """The next Python, shown or hidden."""
        return _first(self._python, self.following(line).start)

    def code_above(self, index: int) -> int | None:
        """The nearest Python above a block that is shown."""
        before = range(bisect_left(self._python, index) - 1, -1, -1)
        return next((self._python[i] for i in before if self.blocks[self._python[i]].form != "comment"), None)

    def prose_between(self, comment: Comment, block: Block) -> int | None:
        """The first line between the two that is neither blank nor in a comment."""
        line = _first(self._prose, comment.end_line + 1)
        return line if line is not None and line < block.line else None

    def comment_between(self, comment: Comment, block: Block) -> bool:
        line = _first(self._openings, comment.end_line + 1)
        return line is not None and line < block.line


def _first(numbers: Sequence[int], least: int) -> int | None:
    """The first of the sorted numbers that is not below `least`."""
    index = bisect_left(numbers, least)
    return numbers[index] if index < len(numbers) else None


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
