"""Each post of cases/document holds, in its last comment, the blocks that are read from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.formats import read, write

if TYPE_CHECKING:
    from dlexamples.model import Document

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
    return [
        f"{block.id} {block.line}-{block.end_line} {block.language} | {' > '.join(block.heading)} | {block.why}"
        + (f" | {block.syntax_error}" if block.syntax_error else "")
        for block in document.blocks
    ]
