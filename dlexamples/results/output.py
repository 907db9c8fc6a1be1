"""Fences below a block that show what it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.model import Place, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Block, Document


def shown(document: Document) -> Iterator[Result]:
    """Of each statement that prints a number, the last one that is shown."""
    code: Block | None = None
    for block in document.blocks:
        if block.is_python:
            code = block
        elif code and _is_output_of(block, code):
            yield from _of(block, code)
        else:
            code = None


def _is_output_of(block: Block, code: Block) -> bool:
    """Output that a marker says is the code's is compared word for word."""
    compared = any(block.line <= printed.span.line <= block.end_line for printed in code.printed)
    return block.language == "text" and block.heading == code.heading and not compared and not code.interactive


def _of(block: Block, code: Block) -> Iterator[Result]:
    from dlexamples.results.figures import figures

    rows = block.published.split("\n")
    for figure in {figure.name: figure for figure in figures(block.published)}.values():
        row = rows[figure.row - 1]
        # What a terminal overwrites has other columns than the document.
        start, end = (figure.column, figure.end) if "\r" not in row and "\b" not in row else (0, len(row))
        span = block.span(Place(0, figure.row, start, figure.row, end))
        yield Result(code.id, figure.metric, figure.value, row[start:end].strip(), span, figure.name, figure.step)
