"""One post, written in every dialect: its blocks are those of plain Markdown."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlexamples.formats import read

POSTS = sorted((Path(__file__).parent / "cases" / "same").iterdir())
PLAIN = next(path for path in POSTS if path.stem == "plain")


def blocks(path: Path) -> list[tuple[str, str]]:
    return [(block.language, block.source) for block in read(path).blocks]


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.name)
def test_the_blocks_are_those_of_plain_markdown(path: Path) -> None:
    found = [block for block in blocks(path) if block[0] in {"python", "bash"}]
    assert found == blocks(PLAIN)
    assert len(found) == 5


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.name)
def test_the_headings_are_those_of_plain_markdown(path: Path) -> None:
    own = [block.heading[:2] for block in read(path).blocks if block.language in {"python", "bash"}]
    assert own[0] == ("Gradient descent by hand",)
    assert own[-1] == ("Gradient descent by hand", "What it prints")


def test_nothing_is_wrong_with_them() -> None:
    flaws = {path.name: [flaw.diagnostic.code for block in read(path).blocks for flaw in block.flaws] for path in POSTS}
    assert {name: codes for name, codes in flaws.items() if codes} == {}
