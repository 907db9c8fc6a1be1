"""Posts that went wrong on their way: every one is read, and no fence of theirs is lost."""

from __future__ import annotations

import random
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from dlexamples.formats import parse, splice
from dlexamples.formats.elements import Comment
from dlexamples.formats.front_matter import front_matter_rows
from dlexamples.formats.layout import apply
from dlexamples.formats.markdown import elements
from dlexamples.formats.parsers import MARKDOWN, MDX
from dlexamples.formats.recovery import recovered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dlexamples.model import Document

TESTS = Path(__file__).parent
POSTS = [
    path.read_text("utf-8")
    for folder in ("document", "recovery", "torch_training")
    for path in sorted((TESTS / "cases" / folder).glob("*.md"))
]
SUFFIXES = (".md", ".markdown", ".mdx", ".qmd", ".rmd")

MARKERS = ("```", "~~~", "````", "``", "~~~~", "`````", ":::", "```` ", "    ```")
INFOS = (
    *("", "", "", "python", "python", " python", "py", "bash", "text", "markdown", "pycon", "python out", "."),
    *("{python}", "{note}", "{code-cell} ipython3", "{tab-item} PyTorch", "{.python .input n=1}", "py`x", " The end."),
)
CONTAINERS = ("", "", "", "> ", ">", "> > ", "- ", "  ", "1. ", "   ", "    ", "\t", "- > ", "10) ", "     ", "* - ")
ODDITIES = (
    *(
        "<!--",
        "-->",
        "<!-- a comment -->",
        "<!-- dlexamples: skip",
        "{/*",
        "*/}",
        "% comment",
        "<details>",
        "</details>",
    ),
    *(
        "<pre>",
        "</pre>",
        "<script>",
        "</script>",
        "<Tabs>",
        '<TabItem value="x">',
        "</Tabs>",
        "<![CDATA[",
        "<?php",
        "<a",
    ),
    *("{% highlight python %}", "{% endhighlight %}", "{{< highlight python >}}", "{{< / highlight >}}", "{% raw %}"),
    *(
        "!!! note",
        '??? tip "x"',
        '=== "Keras"',
        ":::{note}",
        ":::",
        "---",
        "+++",
        "***",
        "===",
        "$$",
        "[^1]: note",
        "[a]: b",
    ),
    *(
        ">>> x",
        "... y",
        "%%time",
        "!ls",
        "#| eval: false",
        ":tags: [x]",
        "| a | b |",
        "# A heading",
        "import x from 'y'",
    ),
    *("", "", "\0", "\ufeff", "\f", "\x0b", "\x1c", "\u2028", "\t", '"""', "'''", "(", "\\", "x = 1```", "```x```"),
)
BLOCKS = ("% comment", "!!! note", '??? tip "x"', '=== "Keras"', ":::{note}", ":::")
"""Blocks of other dialects, which end a paragraph that goes on to CommonMark: alone, they cost no fence."""


def garbled(seed: int) -> str:
    """One post with up to twelve accidents, the same for the same seed."""
    chance = random.Random(seed)
    rows = chance.choice(POSTS).split("\n")[: chance.choice((20, 60, 1000))]
    for _ in range(chance.randint(1, 12)):
        rows = chance.choice(ACCIDENTS)(rows, chance) or [""]
    text = chance.choice(("\n", "\n", "\r\n", "\r")).join(rows)
    return chance.choice(("", "", "\ufeff")) + text + chance.choice(("", "\n", "\n\n", "\r"))


def loses(rows: list[str], chance: random.Random) -> list[str]:
    start, stop = _region(rows, chance)
    return rows[:start] + rows[stop:]


def doubles(rows: list[str], chance: random.Random) -> list[str]:
    start, stop = _region(rows, chance)
    return rows[:stop] + rows[start:stop] + rows[stop:]


def is_cut(rows: list[str], chance: random.Random) -> list[str]:
    text = "\n".join(rows)
    return text[: chance.randint(0, len(text))].split("\n")


def is_spliced(rows: list[str], chance: random.Random) -> list[str]:
    other = chance.choice(POSTS).split("\n")
    at, start = chance.randint(0, len(rows)), chance.randint(0, len(other))
    return rows[:at] + other[start : start + chance.randint(1, 40)] + rows[at:]


def gets_a_fence_line(rows: list[str], chance: random.Random) -> list[str]:
    row = chance.choice(CONTAINERS) + chance.choice(MARKERS) + chance.choice(INFOS)
    return _with(rows, row, chance)


def gets_an_oddity(rows: list[str], chance: random.Random) -> list[str]:
    if chance.random() < 0.1:
        return _with(rows, chance.choice(BLOCKS), chance)
    return _with(rows, chance.choice(CONTAINERS) + chance.choice(ODDITIES), chance)


def gets_a_character(rows: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(len(rows))
    column = chance.randint(0, len(rows[at]))
    odd = chance.choice("\0\ufeff\t\r`~\x0b\f\u2028\x1c >\"'{}<#\u00a0\udcff")
    return [*rows[:at], rows[at][:column] + odd + rows[at][column:], *rows[at + 1 :]]


def moves_into_a_container(rows: list[str], chance: random.Random) -> list[str]:
    start, stop = _region(rows, chance)
    first = chance.choice(CONTAINERS)
    then = chance.choice((first, re.sub(r"[^>\s]", " ", first)))
    moved = [(first if i == 0 else then) + row for i, row in enumerate(rows[start:stop])]
    return rows[:start] + moved + rows[stop:]


def _region(rows: list[str], chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(rows))
    return start, min(start + chance.choice((1, 1, 2, 5, 20)), len(rows))


def _with(rows: list[str], row: str, chance: random.Random) -> list[str]:
    at = chance.randint(0, len(rows))
    return [*rows[:at], row, *rows[at:]]


ACCIDENTS: tuple[Callable[[list[str], random.Random], list[str]], ...] = (
    loses,
    doubles,
    is_cut,
    is_spliced,
    gets_a_fence_line,
    gets_a_fence_line,
    gets_an_oddity,
    gets_a_character,
    moves_into_a_container,
)


@pytest.mark.parametrize("start", range(0, 300, 20))
def test_no_fence_is_lost(start: int) -> None:
    for seed in range(start, start + 20):
        assert list(problems(seed)) == [], seed


def problems(seed: int) -> Iterator[str]:
    """What is wrong with how the post of a seed is read."""
    text = garbled(seed)
    document = parse(Path(f"post{SUFFIXES[seed % len(SUFFIXES)]}"), text)
    yield from _untrue(document)
    if splice(document, {}) != text:
        yield "splicing nothing changes the document"
    codes = {"DL003", "DL004"}
    flaws = [flaw for block in document.blocks for flaw in block.flaws if flaw.diagnostic.code in codes]
    if not all(flaw.edits for flaw in flaws):
        return
    again = parse(document.path, apply(text, [edit for flaw in flaws for edit in flaw.edits]))
    deleted = {flaw.diagnostic.span.line for flaw in flaws if "closes no fence" in flaw.diagnostic.message}
    kept = [block.source for block in document.blocks if block.line not in deleted]
    if [block.source for block in again.blocks] != kept:
        yield "the mended document does not read back"
    # What was meant may be more or less than CommonMark reads: no fence, say, in a `<pre>` that a fence had swallowed.
    yield from _lost(again)


def _lost(document: Document) -> Iterator[str]:
    """Fences that CommonMark finds and that are in no block, and in more than one."""
    dialect = MDX if document.path.suffix == ".mdx" else MARKDOWN
    comments = [e for e in recovered(document.text, partial(elements, dialect=dialect)) if isinstance(e, Comment)]
    rows = _rows(document.text)
    above = front_matter_rows(rows)
    for line in _fence_lines(document):
        blocks = [b for b in document.blocks if b.form != "comment" and b.line <= line <= b.end_line]
        if len(blocks) > 1:
            yield f"line {line} is in {len(blocks)} blocks"
        is_container = re.search(r"(```|~~~)[`~]*\s*\{[\w:-]+\}", rows[line - 1])
        is_comment = any(comment.line <= line <= comment.end_line for comment in comments)
        if not blocks and not is_container and not is_comment and line > above:
            yield f"line {line} is in no block: {rows[line - 1]!r}"


def _fence_lines(document: Document) -> Iterator[int]:
    """The lines that open a fence to CommonMark, by a parser that knows nothing else. MDX has no indented code, so
    that any indentation may stand before a marker (https://mdxjs.com/docs/what-is-mdx/#markdown)."""
    without = ["inline", "code"] if document.path.suffix == ".mdx" else ["inline"]
    for token in MarkdownIt("commonmark").disable(without).parse(document.text.removeprefix("\ufeff")):
        if token.type == "fence" and token.map:
            yield token.map[0] + 1


def _untrue(document: Document) -> Iterator[str]:
    """Blocks whose lines are not the document's, or whose ids are not their own."""
    rows = _rows(document.text)
    for block in document.blocks:
        sources = block.source.split("\n")[:-1]
        if len(sources) != len(block.prefixes) or not block.line <= block.end_line <= len(rows):
            yield f"{block.id} has {len(sources)} lines and {len(block.prefixes)} prefixes"
        for row, prefix, source in zip(rows[block.first_line - 1 :], block.prefixes, sources, strict=False):
            # A tab that straddles the container's edge is blanks in the source, or in the prefix.
            is_straddled = "\t" in row and row.lstrip(" \t>") == (prefix + source).lstrip(" \t>")
            # A marker behind the code is no part of it, and what is no Python stands in the prefix.
            bare = re.sub(r"\s*(```+|~~~+)\s*$", "", row)
            if prefix + source not in (row, bare) and prefix not in (row, bare) and not is_straddled:
                yield f"{block.id} is not the document's: {row!r} is {prefix!r} and {source!r}"
    if len({block.id for block in document.blocks}) < len(document.blocks):
        yield "two blocks have one id"


def _rows(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
