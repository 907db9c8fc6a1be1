"""New sources are put back between the lines, and every other byte stays."""

from __future__ import annotations

import difflib
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.formats import parse, splice
from dlexamples.formats.lines import lines

if TYPE_CHECKING:
    from dlexamples.model import Document

POST = Path("post.md")


def spliced(text: str, *sources: str) -> str:
    document = parse(POST, text)
    return splice(document, dict(zip((block.id for block in document.blocks), sources, strict=False)))


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("```py\nx = 1\n```\n", "x = 2\n", "```py\nx = 2\n```\n"),
        ("```py\nx = 1\n```\n", "x = 2", "```py\nx = 2\n```\n"),
        ("```py\nx = 1\n```\n", "import y\nx = 1\nz = 3\n", "```py\nimport y\nx = 1\nz = 3\n```\n"),
        ("```py\nx = 1\ny = 2\n```\n", "y = 2\n", "```py\ny = 2\n```\n"),
        ("```py\nx = 1\n```\n", "", "```py\n```\n"),
        ("```py\n```\n", "x = 1\n", "```py\nx = 1\n```\n"),
        ("> ```py\n> x = 1\n> ```\n", "x = 1\n\ny = 2\n", "> ```py\n> x = 1\n>\n> y = 2\n> ```\n"),
        ("> ```py\n>x = 1\n> ```\n", "if x:\n    y\n", "> ```py\n> if x:\n>     y\n> ```\n"),
        (">```py\n>x = 1\n>```\n", "if x:\n    y\n", ">```py\n> if x:\n>     y\n>```\n"),
        ("1. ```py\n   x = 1\n   ```\n", "x = 1\n\ny = 2\n", "1. ```py\n   x = 1\n\n   y = 2\n   ```\n"),
        ("- a\n\n\t```py\n\tx = 1\n\t```\n", "y\nx = 1\n", "- a\n\n\t```py\n\ty\n\tx = 1\n\t```\n"),
        ("-   ```py\n\tx = 1\n\t```\n", "x = 1\ny\n", "-   ```py\n\tx = 1\n\ty\n\t```\n"),
        ("- ```c\n\tx = 1\n  ```\n", "  x = 1\n  y\n", "- ```c\n\tx = 1\n    y\n  ```\n"),
        ("> 1. ```py\n>    ```\n", "x\n\ny\n", "> 1. ```py\n>    x\n>\n>    y\n>    ```\n"),
        ("  ```py\nx = 1\n  ```\n", "x = 1\nif x:\n  y\n", "  ```py\nx = 1\n  if x:\n    y\n  ```\n"),
        ("```py\r\nx = 1\r\n```\r\n", "x = 2\ny\n", "```py\r\nx = 2\r\ny\r\n```\r\n"),
        ("```py\r\nx = 1\r\n```\r\n", "x = 2\r\ny\r\n", "```py\r\nx = 2\r\ny\r\n```\r\n"),
        ("a\n```py\r\nx = 1\r\n```\n", "x = 1\ny\n", "a\n```py\r\nx = 1\r\ny\r\n```\n"),
        ("\ufeff```py\nx = 1\n```", "x = 2\n", "\ufeff```py\nx = 2\n```"),
        ("```py\nx = 1", "x = 1\ny = 2\n", "```py\nx = 1\ny = 2"),
        ("```py\nx = 1", "y = 2\nx = 1\n", "```py\ny = 2\nx = 1"),
        ("```py\r\nx = 1\r\ny = 2", "x = 1\n", "```py\r\nx = 1"),
        ("```py\nx = 1", "", "```py"),
        ("```py", "x = 1\ny = 2\n", "```py\nx = 1\ny = 2"),
        ("```py\nx = 1\n", "x = 1\ny = 2\n", "```py\nx = 1\ny = 2\n"),
        ("```py\nx = 1", "x = 1\n\n", "```py\nx = 1\n\n"),
        ("````py\nx = 1\n````\n", "x = '''\n```\n'''\n", "````py\nx = '''\n```\n'''\n````\n"),
    ],
)
def test_one_block(text: str, source: str, expected: str) -> None:
    assert spliced(text, source) == expected


def test_only_the_named_blocks_change() -> None:
    text = "# A\n```py\nx = 1 \n```\n\ttext \n```py\nx = 1\n```\n"
    document = parse(POST, text)
    assert splice(document, {"a-2": "y\n"}) == text[:-10] + "y\n```\n"
    assert splice(document, {}) == text


def test_an_unknown_block() -> None:
    with pytest.raises(KeyError, match=r"post\.md has no block 'a-2'"):
        splice(parse(POST, "# A\n```py\n```\n"), {"a-2": ""})


@pytest.mark.parametrize("text", ["# A\n```py\n```\n", "# A\n> ```py\n> x\n> ```\n\n```py\n```\n"])
def test_a_source_that_closes_its_fence_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"post\.md:2: the new source of a-1 does not read back"):
        spliced(text, 'x = """\n```\n"""\n')


CONTAINERS = ["", "> ", "- ", "1. ", "> - ", "- > ", "-\t", "   ", "> > ", "10) ", "-   - ", "* > 1. "]
BODIES = [
    "x = 1",
    "if x:",
    "    y = 2",
    "\tz = 3",
    "",
    "",
    "        w",
    "  ",
    "# é",
    "> q",
    "- l",
    "'\u2028'",
    "x = 1 ",
]


def some_source(chance: random.Random) -> str:
    return "".join(f"{chance.choice(BODIES)}\n" for _ in range(chance.randrange(7)))


def some_post(chance: random.Random) -> str:
    """A post with fences in containers, some with tabs, line ends of all kinds and the last one without. No dialect
    reads more into them than their lines: see test_dialects."""
    rows: list[str] = []
    for _ in range(chance.randrange(1, 5)):
        container = chance.choice(CONTAINERS)
        goes_on = "".join(mark if mark in ">\t" else " " for mark in container)
        if goes_on.isspace() and len(goes_on) == 4 and chance.random() < 0.5:
            goes_on = "\t"
        rows += ["text", "", f"{container}```c"]
        rows += [(goes_on + row).rstrip() if not row else goes_on + row for row in some_source(chance).split("\n")[:-1]]
        rows += [f"{goes_on}```", ""] if chance.random() < 0.9 else [""]
    ends = chance.choice([["\n"], ["\r\n"], ["\n", "\r\n"], ["\r"]])
    text = "".join(row + chance.choice(ends) for row in rows)
    return chance.choice(["", "\ufeff"]) + (text.rstrip("\r\n") if chance.random() < 0.3 else text)


@pytest.mark.parametrize("seed", range(400))
def test_any_edit_reads_back_and_touches_nothing_else(seed: int) -> None:
    chance = random.Random(seed)
    document = parse(POST, some_post(chance))
    assert splice(document, {block.id: block.source for block in document.blocks}) == document.text
    sources = {block.id: some_source(chance) for block in document.blocks if chance.random() < 0.7}
    text = splice(document, sources)

    again = parse(POST, text)
    assert [block.source for block in again.blocks] == [
        sources.get(block.id, block.source) for block in document.blocks
    ]
    assert outside(again) == outside(document)
    assert kept(document, again)
    assert splice(again, sources) == text


def outside(document: Document) -> list[str]:
    """What is in no fence's source; where the text ends, the line end is the source's."""
    inside = {line for block in document.blocks for line in span(block.first_line, block.source)}
    found = [line.text + line.end for i, line in enumerate(lines(document.text), 1) if i not in inside]
    return [*found[:-1], *(line.rstrip("\r\n") for line in found[-1:])]


def span(first: int, source: str) -> range:
    return range(first, first + source.count("\n"))


def kept(document: Document, again: Document) -> bool:
    """Whether the source lines that do not differ have the bytes that they had."""
    for old, new in zip(document.blocks, again.blocks, strict=True):
        before, after = old.source.split("\n")[:-1], new.source.split("\n")[:-1]
        for i, j, size in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
            if old.prefixes[i : i + size] != new.prefixes[j : j + size]:
                return False
    return True


def test_splice_goes_by_the_document_it_is_given() -> None:
    document = parse(POST, "# A\n```py\nx = 1\n```\n")
    assert splice(replace(document, path=Path("other.markdown")), {"a-1": "y\n"}) == "# A\n```py\ny\n```\n"
