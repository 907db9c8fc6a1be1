"""What a fix changes in one block, with the lines of the document."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rich.text import Text

from dlexamples.reports.terminal.gutter import Gutter
from dlexamples.reports.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Block, Edit
    from dlexamples.reports.terminal.surface import Surface

_CONTEXT = 2


def diff(block: Block, runnable: str, surface: Surface) -> Iterator[Text]:
    """Rows of a unified diff from the published block to `runnable`; added lines have no number yet."""
    before, after, published = (text.splitlines() for text in (block.source, runnable, block.published))
    gutter = Gutter(len(str(block.document_line(len(before)))), surface.glyphs.bar)
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_CONTEXT)
    for index, group in enumerate(groups):
        if index:
            yield gutter.gap()
        for tag, start, end, new_start, new_end in group:
            mark, style = (" ", "") if tag == "equal" else ("-", "red")
            for number in range(start, end):
                row = Text(f"{mark} {visible(published[number])}", style)
                yield gutter.row(row, block.document_line(number + 1))
            for line in after[new_start:new_end] if tag != "equal" else ():
                yield gutter.row(Text(f"+ {visible(line)}", "green"))


def layout_diff(lines: Sequence[str], edits: Sequence[Edit], surface: Surface) -> Iterator[Text]:
    """Rows for whole lines of a document that are replaced or added round its blocks, each with its neighbours."""
    if not edits:
        return
    gutter = Gutter(len(str(min(max(edit.end_line for edit in edits) + 1, len(lines)))), surface.glyphs.bar)
    shown = 0
    for edit in sorted(edits, key=lambda edit: edit.line):
        if shown and edit.line - 1 > shown + 1:
            yield gutter.gap()
        for number in range(max(edit.line - 1, shown + 1, 1), edit.line):
            yield gutter.row(Text(f"  {visible(lines[number - 1])}"), number)
        for number, line in enumerate(edit.before.splitlines(), edit.line):
            yield gutter.row(Text(f"- {visible(line)}", "red"), number)
        for line in edit.after.splitlines():
            yield gutter.row(Text(f"+ {visible(line)}", "green"))
        shown = edit.end_line
        follows = [other.line for other in edits if other.line > edit.line]
        if shown < len(lines) and shown + 1 not in follows:
            shown += 1
            yield gutter.row(Text(f"  {visible(lines[shown - 1])}"), shown)
