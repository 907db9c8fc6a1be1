"""Lines as Markdown counts them, and new sources put between the lines of a document."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.margins import has_margin, margins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dlexamples.model import Block, Document

BOM = "\ufeff"


class Line(NamedTuple):
    """One line: its text and its line end, which is empty on a last line that has none."""

    text: str
    end: str


def lines(text: str) -> list[Line]:
    """CommonMark's lines. `str.splitlines` would also split at form feeds and the like."""
    parts = re.split(r"(\r\n|\r|\n)", text)
    found = [Line(*pair) for pair in zip(parts[::2], [*parts[1::2], ""], strict=True)]
    return found if found[-1].text else found[:-1]


def texts(text: str) -> list[str]:
    """The lines without their ends: what `lines` gives, in a tenth of the time."""
    found = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return found if found[-1] else found[:-1]


def spliced(document: Document, sources: Mapping[str, str]) -> str:
    """The document's text with new sources for these blocks. Lines that do not differ keep their bytes."""
    text = lines(document.text)
    # From the last block up, so that the line numbers of the blocks above stay true.
    for block in sorted(document.blocks, key=lambda block: block.first_line, reverse=True):
        if block.id in sources and sources[block.id] != block.source:
            _replace(block, sources[block.id], text)
    return "".join(line.text + line.end for line in text)


def _replace(block: Block, source: str, text: list[Line]) -> None:
    old = texts(block.source)
    new = texts(source)
    start, stop = block.first_line - 1, block.first_line - 1 + len(old)
    end_of_text = text[-1].end
    text[start:stop] = list(_lines_of(block, old, new, text))
    text[:] = [line if line.end else line._replace(end=_end(text)) for line in text]
    # A blank last line is there only by its end.
    if text[-1].text:
        text[-1] = text[-1]._replace(end=end_of_text)


def _lines_of(block: Block, old: list[str], new: list[str], text: list[Line]) -> Iterator[Line]:
    start = block.first_line - 1
    prefixes = _containers(block, text[start : start + len(old)])
    opened = block.form in {"fence", "highlight"}
    indent = indentation(text[block.line - 1].text) if opened else _blanked("".join(prefixes[:1]))
    before = margins(block, new)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from text[start + i1 : start + i2]
            continue
        # The lines that these take the place of, or else the lines around the gap.
        near = range(i1, i2) if i1 < i2 else range(max(i1 - 1, 0), min(i1 + 1, len(old)))
        prefix = _prefix(indent, [prefixes[i] for i in near])
        end = text[start + near[0] if near else start - 1].end
        for j in range(j1, j2):
            row = prefix + (before[j] if has_margin(block, i1, i2) else "") + new[j]
            yield Line(row if new[j] else row.rstrip(), end)


def _containers(block: Block, rows: list[Line]) -> list[str]:
    """The rows' prefixes without the prompts and margins that are published."""
    if not block.text:
        return list(block.prefixes)
    published = block.text.split("\n")
    return [row.text[: len(row.text) - len(text)] for row, text in zip(rows, published, strict=False)]


def _end(text: list[Line]) -> str:
    """What ends a line that was the last one and had no end."""
    return text[0].end or "\n"


def indentation(opening: str) -> str:
    """What stands before the fence's marker, or a template's tag, as a following line has it: a list's marker
    becomes blanks."""
    indent = _blanked(re.split(r"```|~~~|:::|\{[%{]", opening.removeprefix(BOM), maxsplit=1)[0])
    # The blank after a quote mark is the quote's: without it a new line would lose one of its own.
    return indent + " " if indent.endswith(">") else indent


def _blanked(before: str) -> str:
    return re.sub(r"[^>\s]", " ", before)


def _prefix(indent: str, near: list[str]) -> str:
    """A neighbour's prefix when it is as wide as the fence's: it may have tabs where the fence has none."""
    width = len(indent.expandtabs(4))
    return next((prefix for prefix in near if len(prefix.expandtabs(4)) == width), indent)
