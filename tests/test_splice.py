"""New sources are put back between the lines, and every other byte stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dlexamples.formats import parse, splice

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


def test_splice_goes_by_the_document_it_is_given() -> None:
    document = parse(POST, "# A\n```py\nx = 1\n```\n")
    assert splice(replace(document, path=Path("other.markdown")), {"a-1": "y\n"}) == "# A\n```py\ny\n```\n"
