"""Faulty fences are read as they were meant, and told with the lines that would mend them.

Each post of cases/recovery ends with a comment that is no part of it: its blocks, their flaws, what would be written.
"""

from __future__ import annotations

import difflib
import re
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.formats import parse, splice, write
from dlexamples.formats.layout import apply
from dlexamples.formats.stretches import AROUND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Block, Document, Flaw

TESTS = Path(__file__).parent
CASES = sorted((TESTS / "cases" / "recovery").glob("*.md"))
CASE = re.compile(r"(.*?)\n<!-- expected\n(.*?)-->\n\Z", re.DOTALL)
CODES = {"DL003", "DL004"}


def post(text: str) -> Document:
    return parse(Path("post.md"), text)


def flaws(document: Document) -> list[Flaw]:
    return [flaw for block in document.blocks for flaw in block.flaws if flaw.diagnostic.code in CODES]


def mended(document: Document) -> str:
    return apply(document.text, [edit for flaw in flaws(document) for edit in flaw.edits])


def closes_nothing(block: Block) -> bool:
    """A line that is deleted, and was read as an empty block."""
    return any("closes no fence" in flaw.diagnostic.message for flaw in block.flaws)


def listing(document: Document) -> Iterator[str]:
    for block in document.blocks:
        yield f"{block.line}-{block.end_line} {block.language} {block.info!r}"
        yield from (f"    {row}" for row in block.source.splitlines())
        for flaw in block.flaws:
            diagnostic = flaw.diagnostic
            assert diagnostic.fix
            span, fix = diagnostic.span, diagnostic.fix
            at = f"{span.line}:{span.column}-{span.end_column}"
            yield f"  {at} {diagnostic.code} {diagnostic.level}: {diagnostic.message}"
            yield f"  {fix.applicability.value}: {fix.description}"
    yield ""
    yield from difflib.unified_diff(document.text.splitlines(), mended(document).splitlines(), "", "", "", "", 0, "")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_cases(path: Path, update_cases: bool) -> None:
    case = CASE.fullmatch(path.read_text("utf-8"))
    assert case, "the case says what it expects"
    found = "".join(f"{line.rstrip()}\n" for line in listing(post(case[1])))
    if update_cases:
        write(path, f"{case[1]}\n<!-- expected\n{found}-->\n")
        return
    assert found == case[2]
    assert bool(flaws(post(case[1]))) == (path.stem != "unchanged")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_what_is_offered_reads_back(path: Path, end: str, bom: str) -> None:
    text = path.read_text("utf-8").split("\n<!-- expected")[0]
    assert_reads_back(post(bom + text.replace("\n", end)))


def assert_reads_back(document: Document) -> None:
    """The mended document has the blocks that were read, and nothing that could be mended; lines are where they are
    said to be."""
    again = post(mended(document))
    assert [(block.source, block.language) for block in again.blocks] == [
        (block.source, block.language) for block in document.blocks if not closes_nothing(block)
    ]
    assert not [flaw for flaw in flaws(again) if flaw.edits]
    assert splice(document, {}) == document.text
    rows = document.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for block in document.blocks:
        for row, prefix, line in zip(
            rows[block.first_line - 1 :], block.prefixes, block.published.split("\n"), strict=False
        ):
            # A marker behind the code is no part of it.
            assert row in (prefix + line, f"{prefix}{line}```")


def test_a_mended_block_keeps_its_flaw_until_the_flaw_is_mended() -> None:
    document = post("```python\nx = 1\n\nThis is prose.\n\n```python\ny = 1\n```\n")
    first, second = document.blocks
    new = splice(document, {first.id: "x = 2\n", second.id: "y = 2\nz = 3\n"})
    assert new == "```python\nx = 2\n\nThis is prose.\n\n```python\ny = 2\nz = 3\n```\n"
    assert mended(post(new)) == "```python\nx = 2\n```\n\nThis is prose.\n\n```python\ny = 2\nz = 3\n```\n"


# Mistakes put into posts that have none.

POSTS = [
    path
    for path in sorted((TESTS / "cases" / "torch_training").glob("*.md"))
    if not re.search(r"^ *(```|~~~).*(```|~~~)", path.read_text("utf-8"), re.MULTILINE)
]
MISTAKES = {
    "another marker": ("```", "~~~"),
    "a full stop": ("```", "```."),
    "prose": ("```", "``` We will see what comes of it."),
    "indented": ("```", "     ```"),
    "missing": ("```", None),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_seen_and_nothing_else_is_lost(mistake: str) -> None:
    right, wrong = MISTAKES[mistake]
    for path in POSTS:
        text = path.read_text("utf-8")
        rows = text.split("\n")
        wanted = [block.source.rstrip() for block in post(text).blocks]
        for at, row in enumerate(rows):
            if row != right or not _closes(rows, at):
                continue
            faulty = [*rows[:at], *([] if wrong is None else [wrong]), *rows[at + 1 :]]
            document = post("\n".join(faulty))
            assert [block.source.rstrip() for block in document.blocks] == wanted, (path.name, at + 1)
            assert len(flaws(document)) == 1, (path.name, at + 1)
            assert_reads_back(document)


def _closes(rows: list[str], at: int) -> bool:
    return sum(row.startswith("```") for row in rows[:at]) % 2 == 1


# What must not go wrong.


def test_no_false_alarm_in_real_posts() -> None:
    corpus = TESTS.parents[1] / "shared" / "corpus" / "docs"
    if not corpus.is_dir():
        pytest.skip("the corpus is not here")
    found = {
        (path.name, flaw.diagnostic.span.line)
        for path in sorted(corpus.glob("*.md"))
        for flaw in flaws(post(path.read_text("utf-8")))
    }
    # Its author forgot the closing line, and the page shows the opening line of the next fence as code.
    assert found == {("206.md", 73)}


@pytest.mark.parametrize(
    "text",
    [
        "```python\n" * 10_000,
        "```python\nx = 1\n\nThis is prose.\n\n" * 5_000,
        "```\n~~~\n" * 10_000,
        "> ```\n\n" * 5_000,
        "````python\n```\n" * 5_000,
        '```python\n"""\n```\n' * 5_000,
        "```python\nx = (\n" + "Prose is here.\n\n" * 20_000,
        "```python\n" + "\n".join(f"x = 1```{'`' * (i % 5)}" for i in range(20_000)),
    ],
    ids=lambda text: repr(text[:24]),
)
def test_many_faults_take_seconds(text: str) -> None:
    start = time.perf_counter()
    assert flaws(post(text))
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize("mistake", ["closed twice", "never closed"])
def test_mistakes_in_a_long_post_are_each_mended_where_they_are(mistake: str) -> None:
    pages = [path.read_text("utf-8") for path in sorted((TESTS.parent / "dlexamples" / "codes").glob("*.md"))]
    sound = "".join(pages * 3)
    rows = sound.split("\n")
    closing = [block.end_line - 1 for block in post(sound).blocks if block.is_python]
    chosen = [closing[len(closing) * part // 4] for part in (1, 2, 3)]
    for i in reversed(chosen):
        if mistake == "closed twice":
            rows.insert(i, "```")
        else:
            del rows[i]
    found = post("\n".join(rows))
    sources = [block.source for block in found.blocks if not any("closes no fence" in m for m in messages(block))]
    assert min(later - earlier for earlier, later in pairwise(chosen)) > AROUND
    assert [source.rstrip() for source in sources] == [block.source.rstrip() for block in post(sound).blocks]
    assert len(flaws(found)) == len(chosen)


def messages(block: Block) -> list[str]:
    return [flaw.diagnostic.message for flaw in block.flaws]
