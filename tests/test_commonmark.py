"""CommonMark's own examples: every block of code that the specification names is found, with its text and lines.

The examples lie in tests/commonmark, under a licence of their own.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt

from dlexamples.formats.elements import Fence
from dlexamples.formats.markdown import elements

EXAMPLES = {
    example["example"]: example
    for example in json.loads((Path(__file__).parent / "commonmark" / "spec.json").read_text("utf-8"))
}
CODE = re.compile(r'<pre><code(?: class="language-[^"]*")?>(.*?)</code></pre>', re.DOTALL)
DIFFERENT = {
    161: "a fence in HTML without a blank line above it: its author meant code, and readers do not see it; DL007"
}
"""Examples, by number, that we read in another way on purpose, and why."""


class Code(NamedTuple):
    line: int
    end_line: int
    text: str
    info: str


def found(markdown: str) -> list[Code]:
    fences = (element for element in elements(markdown) if isinstance(element, Fence))
    return [Code(fence.line, fence.end_line, fence.text, fence.info) for fence in fences]


def reference(markdown: str) -> list[Code]:
    """What a parser without a rule of ours finds."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    return [
        Code(token.map[0] + 1, token.map[1], token.content, html.unescape(token.info).strip())
        for token in tokens
        if token.map and token.type in {"fence", "code_block"}
    ]


def test_all_examples_are_there() -> None:
    assert sorted(EXAMPLES) == list(range(1, 653))
    assert set(DIFFERENT) <= set(EXAMPLES)


@pytest.mark.parametrize("number", sorted(EXAMPLES.keys() - DIFFERENT.keys()))
def test_example(number: int) -> None:
    example = EXAMPLES[number]
    codes = found(example["markdown"])
    assert [code.text for code in codes] == [html.unescape(text) for text in CODE.findall(example["html"])]
    assert [code[:3] for code in codes] == [code[:3] for code in reference(example["markdown"])]


@pytest.mark.parametrize("number", sorted(DIFFERENT))
def test_what_differs_still_differs(number: int) -> None:
    markdown = EXAMPLES[number]["markdown"]
    assert found(markdown) != reference(markdown)
