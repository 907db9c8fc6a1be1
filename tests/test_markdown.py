"""Every fence of a Markdown post, at its lines, under its headings, with an id that lasts."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from dlexamples.formats import parse
from dlexamples.formats.elements import Fence
from dlexamples.formats.markdown import elements
from dlexamples.model import Block, Place, Span

FENCES = json.loads((Path(__file__).parent / "cases" / "document" / "fences.json").read_text("utf-8"))


def blocks(text: str) -> tuple[Block, ...]:
    return parse(Path("post.md"), text).blocks


def fences(text: str) -> list[Fence]:
    """What is found before anybody asks what it means."""
    return [element for element in elements(text) if isinstance(element, Fence)]


def rows(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def assert_true_to_text(text: str) -> None:
    """Each line of a fence is prefix and source."""
    found = rows(text)
    for fence in fences(text):
        source = fence.text.split("\n")[:-1]
        assert len(source) == len(fence.prefixes)
        assert fence.first_line == fence.line + (fence.form != "indented")
        assert fence.end_line - len(source) - fence.first_line == (
            0 if fence.closed and fence.form != "indented" else -1
        )
        assert fence.line <= fence.end_line <= len(found)
        for row, prefix, line in zip(found[fence.first_line - 1 :], fence.prefixes, source, strict=False):
            # A tab that straddles the container's edge is blanks in the source.
            assert row == prefix + line or (row.startswith(f"{prefix}\t") and line.startswith(" "))


@pytest.mark.parametrize("shape", FENCES, ids=lambda s: s["name"])
def test_shapes(shape: dict[str, Any]) -> None:
    document = parse(Path("post.md"), shape["markdown"])
    python = [block for block in document.blocks if block.is_python]
    assert bool(python) == shape["python"]
    assert_true_to_text(shape["markdown"])
    for block in python:
        assert not block.syntax_error
        assert f"print({shape['name']!r})" in block.source
        assert "print(" in rows(shape["markdown"])[block.document_line(block.source.count("\n")) - 1]


def test_post_has_three_unlabelled_blocks() -> None:
    text = (Path(__file__).parents[1] / "post.md").read_text("utf-8")
    assert [(block.id, block.is_python, block.info) for block in blocks(text)] == [
        ("python-1", True, ""),
        ("tensorflow-1", True, ""),
        ("pytorch-1", True, ""),
    ]


def test_lines_and_columns_in_containers() -> None:
    text = "> 1. # H\n>\n>    ```py\n>    x = 1\n>\n>\t y = 2\n>    ```\n"
    (block,) = blocks(text)
    assert (block.line, block.end_line, block.first_line) == (3, 7, 4)
    assert block.source == "x = 1\n\ny = 2\n"
    assert block.prefixes == (">    ", ">", ">\t ")
    assert block.heading == ("H",)
    assert block.span(Place(0, 1, 4, 1, 5)) == Span(4, 10, 4, 11)
    assert block.span(Place(0, 3, 4, 3, 5)) == Span(6, 8, 6, 9)


def test_a_tab_over_the_edge_of_a_list_is_read_as_blanks() -> None:
    (fence,) = fences("- ```py\n\tx = 1\n  ```\n")
    assert fence.text == "  x = 1\n"
    assert fence.prefixes == ("",)


@pytest.mark.parametrize(
    ("text", "source", "end_line"),
    [
        ("```py\nx = 1", "x = 1\n", 2),
        ("```py\nx = 1\n\n", "x = 1\n\n", 3),
        ("```py", "", 1),
        ("```py\n", "", 1),
        ("> ```py\n> x = 1\n\nx\n", "x = 1\n", 2),
        ("- ```py\n  x = 1\n- b\n", "x = 1\n", 2),
        ("```py\nx = 1\n    ```\n", "x = 1\n    ```\n", 3),
        ("```py\nx = 1\n``` x\n", "x = 1\n``` x\n", 3),
        ("```py\rx = 1\r```\ry\r", "x = 1\n", 3),
        ("```py\nx = '\0'\n```", "x = '\0'\n", 3),
        ("```py\nx = '\u2028'\x0b\n```", "x = '\u2028'\x0b\n", 3),
        ("```py\n \n```", " \n", 3),
        ("  ```py\n    if x:\n x\n  ```", "  if x:\nx\n", 4),
    ],
)
def test_ends(text: str, source: str, end_line: int) -> None:
    fence = fences(text)[0]
    assert (fence.text, fence.end_line) == (source, end_line)


def test_info_is_unescaped_and_stripped() -> None:
    assert [block.info for block in blocks("```  py &amp; \\* t  \n```\n")] == ["py & * t"]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter_is_not_the_post(mark: str) -> None:
    text = f"{mark}---\ntitle: |\n   # Not a heading\n---\n```py\n```\n"
    assert [(block.line, block.id) for block in blocks(text)] == [(5, "post-1")]


def test_a_mark_before_a_fence_hides_nothing() -> None:
    assert [block.source for block in blocks("\ufeff```py\nx = 1\n```\n")] == ["x = 1\n"]


@pytest.mark.parametrize("text", ["---\n\n```py\nx = 1\n```\n\n---\n", "---\ntitle: x\n\n```py\nx = 1\n```\n"])
def test_rules_are_no_front_matter(text: str) -> None:
    assert [block.source for block in blocks(text)] == ["x = 1\n"]


def test_headings() -> None:
    fence = "\n```py\n```\n"
    text = (
        f"{fence}# *Deep* `nets` [here](x) ![alt](y) <b>now</b> &amp; 1\\*2\n{fence}### Small\n{fence}"
        f"Under\n-----\n{fence}> # Quoted\n{fence}> # Quoted\n> ```py\n> ```\n\n"
        f"- # Item\n  ```py\n  ```\n- ```py\n  ```\n\n#\n{fence}"
    )
    top = "Deep nets here alt now & 1*2"
    assert [block.heading for block in blocks(text)] == [
        (),
        (top,),
        (top, "Small"),
        (top, "Under"),
        (top, "Under"),
        (top, "Under", "Quoted"),
        (top, "Under", "Item"),
        (top, "Under"),
        (),
    ]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("PyTorch", "pytorch-1"),
        ("Step 1: Load & train!", "step-1-load--train-1"),
        ("snake_case-and-dash", "snake_case-and-dash-1"),
        ("循环神经网络 RNN", "循环神经网络-rnn-1"),
        ("Über Größe", "über-größe-1"),
        ("🤗", "post-1"),
        ("", "post-1"),
    ],
)
def test_slugs(heading: str, name: str) -> None:
    assert [block.id for block in blocks(f"# {heading}\n\n```py\n```\n")] == [name]


def test_python_ids_count_python_alone() -> None:
    code, output, shell = "```py\nx = 1\n```\n", "```\n0.98\n```\n", "```bash\nls\n```\n"
    before = f"# A\n{code}\n{code}\n# B\n{code}\n# A\n{code}"
    after = f"# A\n{shell}\n{output}\n{code}\n{output}\n{code}\n# B\n{code}\n{shell}\n# A\n{output}\n{code}"
    assert [block.id for block in blocks(before)] == ["a-1", "a-2", "b-1", "a-3"]
    assert [block.id for block in blocks(after) if block.is_python] == ["a-1", "a-2", "b-1", "a-3"]
    assert [block.id for block in blocks(after) if not block.is_python] == [
        "a-bash-1", "a-text-1", "a-text-2", "b-bash-1", "a-text-3",
    ]  # fmt: skip


def test_ids_never_meet() -> None:
    fences = [("A", "bash"), ("A bash", "py"), ("A bash 1", "py"), ("A", "bash"), ("A", "1"), ("A 1", "py")]
    text = "".join(f"# {heading}\n```{info}\n```\n" for heading, info in fences)
    found = [block.id for block in blocks(text)]
    assert found == ["a-bash-2", "a-bash-1", "a-bash-1-1", "a-bash-3", "a-1-2", "a-1-1"]


@pytest.mark.parametrize("seed", range(200))
def test_any_text_is_read_true_to_its_lines(seed: int) -> None:
    chance = random.Random(seed)
    parts = [
        "```",
        "~~~",
        "````",
        "py\n",
        "bash\n",
        "\n",
        "\n",
        "\n",
        "> ",
        ">",
        "- ",
        "1. ",
        "  ",
        "    ",
        "\t",
        "# A",
    ]
    parts += ["\r\n", "\r", "x = 1", "print(2)", "a bash", "---\n", "===", "\0", "é", "\x0c", "\ufeff"]
    parts += ["<!--", "-->", "<pre>", "{"]
    text = "".join(chance.choices(parts, k=chance.randrange(80)))
    assert_true_to_text(text)
    document = parse(Path("post.md"), text)
    assert len({block.id for block in document.blocks}) == len(document.blocks)
