"""Each post of cases/document holds, in its last comment, the blocks that are read from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.formats import read, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Block, Document, Span

CASES = sorted((Path(__file__).parent / "cases" / "document").glob("*.md"))
EXPECTED = re.compile(r"<!-- expected\n(.*?)-->\n?\Z", re.DOTALL)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_blocks(path: Path, update_cases: bool) -> None:
    document = read(path)
    found = "".join(f"{line}\n" for line in listing(document))
    if update_cases:
        write(path, EXPECTED.sub(lambda _: f"<!-- expected\n{found}-->\n", document.text))
        return
    expected = EXPECTED.search(document.text)
    assert expected, "the case says what it expects"
    assert found == expected[1]


def listing(document: Document) -> list[str]:
    return [line for block in document.blocks for line in (head(block), *details(block))]


def head(block: Block) -> str:
    return f"{block.id} {block.line}-{block.end_line} {block.language} | {' > '.join(block.heading)} | {block.why}" + (
        f" | {block.syntax_error}" if block.syntax_error else ""
    )


def details(block: Block) -> Iterator[str]:
    """What else is known of a block, a line each; of its source, the lines that are not what is published."""
    if block.tabs:
        yield f"    tabs {' '.join(sorted(block.tabs))}"
    if block.near_miss:
        yield f"    near miss: {block.near_miss}"
    pairs = zip(block.published.split("\n"), block.source.split("\n"), strict=True)
    for number, (published, source) in enumerate(pairs, 1):
        if published != source:
            yield f"    {block.document_line(number)} runs as: {source}"
    for printed in block.printed:
        options = "".join(f" {option}" for option in sorted(printed.options))
        yield f"    {block.document_line(printed.line)} prints{options} {place(printed.span)} {printed.text!r}"
    for flaw in block.flaws:
        diagnostic = flaw.diagnostic
        yield f"    {diagnostic.code} {diagnostic.level} {place(diagnostic.span)} {diagnostic.message}"
        for edit in flaw.edits:
            yield f"        {edit.line}-{edit.end_line} {edit.before!r} -> {edit.after!r}"


def place(span: Span) -> str:
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"
