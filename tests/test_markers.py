"""What authors write beside blocks: a case a tool, with what is read from it in its last comment."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlexamples.formats import parse, read, splice, write
from dlexamples.formats.markers import marked
from dlexamples.formats.markers.conditions import holds, needs_cuda
from dlexamples.formats.markers.peers import CODES, COMMENTS, HIDING, INFOS
from dlexamples.formats.markers.vocabulary import VOCABULARY
from dlexamples.model import Block, Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Document, Flaw

CASES = sorted((Path(__file__).parent / "cases" / "markers").glob("*.md"))
EXPECTED = re.compile(r"<!-- expected\n(.*?)-->\n?\Z", re.DOTALL)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_markers(path: Path, update_cases: bool) -> None:
    document = read(path)
    found = "".join(f"{line}\n" for line in listing(document))
    if update_cases:
        write(path, EXPECTED.sub(lambda _: f"<!-- expected\n{found}-->\n", document.text))
        return
    expected = EXPECTED.search(document.text)
    assert expected, "the case says what it expects"
    assert found == expected[1]


def listing(document: Document) -> list[str]:
    return [line for block in document.blocks for line in of_block(block)] + [
        f"nowhere | {of_flaw(flaw)}" for flaw in document.flaws
    ]


def of_block(block: Block) -> Iterator[str]:
    form = "" if block.form == "fence" else f" ({block.form})"
    yield f"{block.line} {block.language}{form} | {of_marks(block.marks) or '-'}"
    for marker in block.markers:
        yield f"    {marker.dialect} {marker.span.line}:{marker.span.column} {' '.join(marker.text.split())}"
    for printed in block.printed:
        options = " ".join(["", *sorted(printed.options)])
        lines = f"{printed.span.line}-{printed.span.end_line}"
        yield f"    prints {lines} of line {printed.line}: {printed.text!r}{options}"
    for flaw in block.flaws:
        yield f"    {of_flaw(flaw)}"
    if block.form == "comment":
        yield from (f"    = {row}" for row in block.source.splitlines())


def of_marks(marks: Marks) -> str:
    values = ((each.name, getattr(marks, each.name)) for each in fields(Marks))
    said = ((name, value) for name, value in values if value != getattr(Marks(), name))
    return ", ".join(f"{name}={' '.join(sorted(value)) if name == 'ignore' else value}" for name, value in said)


def of_flaw(flaw: Flaw) -> str:
    told = flaw.diagnostic
    return f"{told.code} {told.level} {told.span.line}:{told.span.column} {told.message}"


# Every tool, every word.


def dialects() -> set[str]:
    return {*COMMENTS.items(), *INFOS.items(), *CODES.items(), *HIDING.items()}


def test_every_tool_has_a_case() -> None:
    read_in_cases = {marker.dialect for path in CASES for block in read(path).blocks for marker in block.markers}
    assert read_in_cases == dialects()


def test_every_tool_and_every_marker_of_ours_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "markers.md").read_text("utf-8")
    assert [name for name in VOCABULARY if f"`{name}" not in page] == []
    assert [peer for peer in sorted(dialects()) if peer.lower() not in page.lower()] == []


def test_comments_of_other_kinds_ask_for_nothing() -> None:
    document = read(Path(__file__).parent / "cases" / "markers" / "not-markers.md")
    python = [block for block in document.blocks if block.is_python]
    assert len(python) == 7
    assert not any(block.markers or block.flaws or block.marks != Marks() for block in python)
    assert not document.flaws


# Dates.


def on(day: date, until: str) -> tuple[str, list[str]]:
    """The skip in force and the codes told on a day."""
    text = f'```python dlexamples="skip reason=x until={until}"\na = 1\n```\n'
    document = parse(Path("post.md"), text)
    (block,), flaws = marked([_unmarked(block) for block in document.blocks], [], text, today=day)
    assert not flaws
    return block.marks.skip, [flaw.diagnostic.code for flaw in block.flaws]


def _unmarked(block: Block) -> Block:
    return replace(block, markers=(), marks=Marks(), flaws=())


@pytest.mark.parametrize(
    ("day", "until", "in_force"),
    [
        (date(2027, 3, 31), "2027-03", True),
        (date(2027, 4, 1), "2027-03", False),
        (date(2027, 3, 15), "2027-03-15", True),
        (date(2027, 3, 16), "2027-03-15", False),
        (date(2028, 2, 29), "2028-02", True),
    ],
)
def test_a_date_counts_to_its_end(day: date, until: str, in_force: bool) -> None:
    expected = (f"x (until {until})", []) if in_force else ("", ["DL012"])
    assert on(day, until) == expected


# Conditions.


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ("True", True),
        ("not True", False),
        ("sys.version_info < (3, 8)", False),
        ("sys.version_info[:2] >= (3, 10)", True),
        ("sys.version_info[0] == 2", False),
        ("(3, 0) < sys.version_info < (99,)", True),
        ('sys.platform == "no such platform"', False),
        ('"sys.version_info < (3, 8)"', False),
        ('"NO_SUCH_VARIABLE" not in os.environ', True),
        ('os.environ.get("NO_SUCH_VARIABLE", "") == "1"', False),
        ('os.getenv("NO_SUCH_VARIABLE") is None', True),
        ('importlib.util.find_spec("no_such_module") is None', True),
        ('importlib.util.find_spec("json.decoder") is not None', True),
        ('not platform.system().startswith("No")', True),
        ("unknown or True", True),
        ("unknown and False", False),
        ("unknown or False", None),
        ("unknown", None),
        ("len(models) > 3", None),
        ('os.environ["NO_SUCH_VARIABLE"] == "1"', None),
        ('sys.version_info < "3"', None),
        ("os.remove('x')", None),
        ('__import__("os")', None),
        ("torch.cuda.is_available()", None),
        ("(", None),
        ("", None),
    ],
)
def test_conditions(condition: str, known: bool | None) -> None:
    assert holds(condition) is known


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("not torch.cuda.is_available()", True),
        ("torch.cuda.device_count()==0", True),
        ('not tf.config.list_physical_devices("GPU")', True),
        ("torch.cuda.is_available()", False),
        ("torch.cuda.device_count() < 2", False),
        ("(", False),
    ],
)
def test_a_condition_may_say_that_a_gpu_is_needed(condition: str, says: bool) -> None:
    assert needs_cuda(condition) is says


# Hidden code is code of the document: it is written back.


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (
            "<!-- dlexamples: setup\nx = 1\n-->\n",
            "<!-- dlexamples: setup\nx = 2\ny = 3\n-->\n",
        ),
        (
            "> <!-- dlexamples: setup\n> x = 1\n> -->\n",
            "> <!-- dlexamples: setup\n> x = 2\n> y = 3\n> -->\n",
        ),
        (
            "1. Text\n\n   <!-- invisible-code-block: python\n       x = 1\n   -->\n",
            "1. Text\n\n   <!-- invisible-code-block: python\n       x = 2\n       y = 3\n   -->\n",
        ),
        (
            "% dlexamples: setup\n% x = 1\n\nText\n",
            "% dlexamples: setup\n% x = 2\n% y = 3\n\nText\n",
        ),
        (
            "<!--\nname: test_x\n```python\nx = 1\n```\n-->\n",
            "<!--\nname: test_x\n```python\nx = 2\ny = 3\n```\n-->\n",
        ),
        (
            "{/* dlexamples: setup\nx = 1\n*/}\n",
            "{/* dlexamples: setup\nx = 2\ny = 3\n*/}\n",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_hidden_code_is_written_back(text: str, new: str, end: str) -> None:
    document = parse(Path("post.md"), text.replace("\n", end))
    (block,) = document.blocks
    assert (block.source, block.form) == ("x = 1\n", "comment")
    assert splice(document, {block.id: "x = 2\ny = 3\n"}) == new.replace("\n", end)


# Whatever is written, it is read without an error, and no block gets lost.

PIECES = """
dlexamples: skip start end reason= " ' [ ] ( ) ; , = DL201 until=2027-13 ignore[ setup output raises timeout 1e9
pytest.mark. skipif( xfail(raises= pytest-codeblocks: importorskip( skip: next if( invisible-code-block: python
clear-namespace skip doccmd[all]: group phmdoctest- mark. name: test_x mark: ``` ```python pmd-metadata: notest
-- - > <!-- # #| %
"""
WORDS = st.sampled_from([*PIECES.split(), "", "\n", "\n```python\nx = 1\n```\n", "--> <!-- ", "\u2028", "\0"])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_whatever_a_comment_holds_it_is_read(text: str) -> None:
    kept = "```python\nkept = 1\n```\n"
    for opening, closing in [("<!--", "-->"), ("{/*", "*/}"), ("%", "")]:
        document = parse(Path("post.md"), f"{opening} {text.replace(closing or chr(10), ' ')} {closing}\n\n{kept}")
        assert "kept = 1\n" in [block.source for block in document.blocks]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(WORDS, max_size=8).map(" ".join))
def test_whatever_an_info_string_holds_it_is_read(text: str) -> None:
    info = text.replace("\n", " ").replace("`", "")
    for quoted in (info, f'dlexamples="{info}"', f"{{.python dlexamples='{info}'}}"):
        document = parse(Path("post.md"), f"```python {quoted}\nkept = 1\n```\n")
        assert [block.source for block in document.blocks] == ["kept = 1\n"]
