"""Jupyter notebooks (https://nbformat.readthedocs.io): code cells, and the fences of Markdown cells.

A notebook is never written by nbformat, which would lay it out anew: new sources are put into the JSON text, and
everything beside them keeps its bytes. Columns are those of the source.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dlexamples.formats import reader
from dlexamples.formats.cells import Cell, Notebook, notebook
from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.fence import document
from dlexamples.formats.headings import Heading, headings, under
from dlexamples.formats.json_text import replaced
from dlexamples.formats.layout import apply
from dlexamples.formats.lines import BOM, lines, texts
from dlexamples.formats.lines import spliced as spliced_lines
from dlexamples.formats.markdown import elements
from dlexamples.formats.moved import moved, moved_edit
from dlexamples.formats.recovery import recovered
from dlexamples.model import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dlexamples.model import Block, Edit, Flaw


def spliced(document: Document, sources: Mapping[str, str]) -> str:
    """The notebook's text with new sources for these blocks. Outputs, execution counts and metadata stay."""
    text = document.text
    # From the last cell up, so that the places of those above stay true.
    changed = [block for block in document.blocks if sources.get(block.id, block.source) != block.source]
    for cell in reversed(notebook(document.path, text).cells):
        inside = [block for block in changed if cell.line <= block.line <= cell.end_line]
        if inside:
            text = _with_source(text, cell, _respliced(cell, sources, inside))
    return text


def rendered(document: Document, mark: str, literal: bool) -> str:
    """The cells one after the other; outputs that are saved in the notebook are not shown."""
    from html import escape

    from dlexamples.formats.parsers import MARKDOWN
    from dlexamples.formats.rendering.markdown import as_html
    from dlexamples.formats.rendering.places import with_places

    parts: list[str] = []
    for cell in notebook(document.path, document.text).cells:
        inside = [(i, each) for i, each in enumerate(document.blocks) if cell.line <= each.line <= cell.end_line]
        if cell.kind == "code":
            parts += [f"<div>{mark}-{number}-</div>" for number, _ in inside]
        elif cell.kind == "markdown":
            local = [(number, _at(block, block.line - cell.line + 1)) for number, block in inside]
            parts.append(as_html(with_places(texts(cell.source), local, mark, literal), MARKDOWN, literal))
        else:
            parts.append(f"<pre>{escape(cell.source)}</pre>")
    return "\n".join(parts)


@reader(".ipynb", splice=spliced, render=rendered)
def parse(path: Path, text: str) -> Document:
    """Every code cell and every fence of a Markdown cell."""
    found = notebook(path, text)
    read = document(path, text, _elements(found), found.view)
    blocks = tuple(replace(block, flaws=_in_file(block.flaws, text, found)) for block in read.blocks)
    return replace(read, blocks=blocks, flaws=_in_file(read.flaws, text, found))


def _elements(found: Notebook) -> Iterator[Fence | Comment]:
    above: list[Heading] = []
    for cell in found.cells:
        # What is blank is not run by Jupyter either, and most notebooks end in a blank cell.
        if cell.kind == "code" and cell.source.strip():
            yield _code(cell, found.language, above)
        elif cell.kind == "markdown":
            own = list(headings(cell.source))
            for element in recovered(cell.source, elements):
                yield _under(above, own, moved(element, cell.line - 1), element.line)
            for heading in own:
                above = under(above, heading)


def _code(cell: Cell, language: str, above: Sequence[Heading]) -> Fence:
    rows = texts(cell.source)
    # IPython's magics are Python's in a notebook; tags as jupytext writes them
    # (https://jupytext.readthedocs.io/en/latest/formats-markdown.html).
    language = "ipython" if language == "python" else language
    tags = f" tags={json.dumps(cell.tags, ensure_ascii=False)}" if cell.tags else ""
    return Fence(
        line=cell.line,
        end_line=cell.end_line,
        heading=tuple(heading.text for heading in above if heading.text),
        info=language + tags,
        text="".join(f"{row}\n" for row in rows),
        first_line=cell.line,
        prefixes=("",) * len(rows),
        form="cell",
    )


def _under(above: Sequence[Heading], own: Sequence[Heading], element: Fence | Comment, line: int) -> Fence | Comment:
    """The element of a cell, which starts on the cell's `line`, with the headings of earlier cells above it."""
    inside: list[Heading] = []
    for heading in own:
        if heading.line < line:
            above, inside = under(above, heading), under(inside, heading)
    told = sum(bool(heading.text) for heading in inside)
    return replace(element, heading=(*(h.text for h in above if h.text), *element.heading[told:]))


def _respliced(cell: Cell, sources: Mapping[str, str], blocks: Sequence[Block]) -> str:
    """The cell's source with new sources for its blocks."""
    local = [_at(block, block.line - cell.line + 1) for block in blocks]
    return spliced_lines(Document(Path(), cell.source, tuple(local)), sources)


def _at(block: Block, line: int) -> Block:
    up = block.line - line
    return replace(block, line=line, end_line=block.end_line - up, first_line=block.first_line - up)


def _with_source(text: str, cell: Cell, source: str) -> str:
    return replaced(text, cell.at, [line.text + line.end for line in lines(source)])


def _in_file(flaws: Sequence[Flaw], text: str, found: Notebook) -> tuple[Flaw, ...]:
    """The flaws with edits of the file's lines, where the notebook has them."""
    return tuple(replace(flaw, edits=tuple(_edits(flaw, text, found))) for flaw in flaws)


def _edits(flaw: Flaw, text: str, found: Notebook) -> Iterator[Edit]:
    line = flaw.diagnostic.span.line
    cell = next((cell for cell in found.cells if cell.line <= line <= cell.end_line), None)
    if not flaw.edits or not found.in_file or cell is None or cell.kind != "markdown":
        return
    mended = apply(cell.source, [moved_edit(edit, 1 - cell.line) for edit in flaw.edits])
    old, new = (
        [row.text for row in lines(each.removeprefix(BOM))] for each in (text, _with_source(text, cell, mended))
    )
    same = _common(old, new)
    below = _common(old[same:][::-1], new[same:][::-1])
    before, after = ("".join(f"{row}\n" for row in rows[same : len(rows) - below]) for rows in (old, new))
    yield replace(flaw.edits[0], line=same + 1, end_line=len(old) - below, before=before, after=after)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many rows are the same from the start."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(old), len(new)))
