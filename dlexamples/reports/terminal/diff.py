"""What a fix changes in one block, with the lines of the document."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rich.text import Text

from dlexamples.reports.terminal.gutter import Gutter
from dlexamples.reports.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Block
    from dlexamples.reports.terminal.surface import Surface

_CONTEXT = 2


def diff(block: Block, runnable: str, surface: Surface) -> Iterator[Text]:
    """Rows of a unified diff from the published block to `runnable`; added lines have no number yet."""
    before, after = block.source.splitlines(), runnable.splitlines()
    gutter = Gutter(len(str(block.document_line(len(before)))), surface.glyphs.bar)
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_CONTEXT)
    for index, group in enumerate(groups):
        if index:
            yield gutter.gap()
        for tag, start, end, new_start, new_end in group:
            mark, style = (" ", "") if tag == "equal" else ("-", "red")
            for number in range(start, end):
                row = Text(f"{mark} {visible(before[number])}", style)
                yield gutter.row(row, block.document_line(number + 1))
            for line in after[new_start:new_end] if tag != "equal" else ():
                yield gutter.row(Text(f"+ {visible(line)}", "green"))
