"""Whatever holds a fence, and whatever is written into it: it reads back, and every other byte stays."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from dlexamples.formats import parse, splice
from dlexamples.formats.lines import lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from dlexamples.model import Document

Rows = list[str]


def around(above: Rows, mark: str, goes_on: str, below: Rows) -> Callable[[Rows], Rows]:
    """What holds rows: the first stands behind `mark`, the others behind `goes_on`."""

    def hold(rows: Rows) -> Rows:
        held = [(mark if i == 0 else goes_on) + row for i, row in enumerate(rows)]
        return [*above, *(row if row.strip() else row.rstrip() for row in held), *below]

    return hold


CONTAINERS = {
    "quote": around([], "> ", "> ", []),
    "bullet": around([], "- ", "  ", []),
    "wide bullet": around([], "-   ", "    ", []),
    "ordered": around([], "10) ", "    ", []),
    "MkDocs admonition": around(['!!! note "T"'], "    ", "    ", []),
    "MkDocs admonition after a blank": around(["??? note", ""], "    ", "    ", []),
    "MkDocs tab": around(['=== "Keras"', ""], "    ", "    ", []),
    "directive": around(["::::note"], "", "", ["::::"]),
    "MyST directive": around(["~~~~~~{note} T", ":class: tip"], "", "", ["~~~~~~"]),
    "details": around(["<details>", "<summary>T</summary>", ""], "", "", ["", "</details>"]),
    "element": around(['<TabItem value="a">', ""], "", "", ["", "</TabItem>"]),
}
OUTERMOST = {
    **CONTAINERS,
    "bullet and tab": around([], "-   ", "\t", []),
    "MkDocs tab and tab": around(['=== "Keras"', ""], "\t", "\t", []),
}
"""A tab is as wide as its column makes it."""
IN_HTML = around(["<details>"], "", "", ["</details>"])
"""Without a blank line, code is found where it begins a row; a list in HTML is no list."""
CODE = {
    "fence": (["```c"], ["```"]),
    "long tildes": (["~~~~ c"], ["~~~~~"]),
    "indented fence": (["  ```c"], ["  ```"]),
    "MyST": (["```{code-block} c"], ["```"]),
    "MyST colons": ([":::{code-block} c"], [":::"]),
    "Jekyll": (["{% highlight c %}"], ["{% endhighlight %}"]),
    "Hugo": (['{{< highlight c "linenos=table" >}}'], ["{{< /highlight >}}"]),
}
# Labelled as C, because Python may be read as more than its lines: sessions, magics, margins have tests of their own.
ROW = st.sampled_from(
    [
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
        "\0",
    ]
)
SOURCE = st.lists(ROW, max_size=6)


@st.composite
def posts(draw: st.DrawFn) -> tuple[str, int]:
    """A text, and how many pieces of code are in it."""
    rows: Rows = []
    count = draw(st.integers(1, 3))
    for _ in range(count):
        opening, closing = CODE[draw(st.sampled_from(sorted(CODE)))]
        block = [*opening, *draw(SOURCE), *closing]
        if draw(st.booleans()):
            block = IN_HTML(block)
        # Blanks behind a list's marker would be the marker's.
        elif opening[0].startswith(" ") or draw(st.booleans()):
            block = ["text", "", *block]
        for name in draw(st.lists(st.sampled_from(sorted(CONTAINERS)), max_size=2)):
            block = CONTAINERS[name](block)
        for name in draw(st.lists(st.sampled_from(sorted(OUTERMOST)), max_size=1)):
            block = OUTERMOST[name](block)
        rows += ["text", "", *block, ""]
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\n", "\r\n"], ["\r"]]))
    text = "".join(row + ends[i % len(ends)] for i, row in enumerate(rows))
    return draw(st.sampled_from(["", "\ufeff"])) + (text.rstrip("\r\n") if draw(st.booleans()) else text), count


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(posts(), st.lists(st.none() | SOURCE, min_size=3, max_size=3), st.sampled_from([".md", ".mdx"]))
def test_any_edit_in_any_container(post: tuple[str, int], new: list[Rows | None], suffix: str) -> None:
    text, count = post
    document = parse(Path("post").with_suffix(suffix), text)
    assert len(document.blocks) == count
    assert splice(document, {block.id: block.source for block in document.blocks}) == document.text
    sources = {
        block.id: "".join(f"{row}\n" for row in rows)
        for block, rows in zip(document.blocks, new, strict=False)
        if rows is not None
    }

    again = parse(document.path, splice(document, sources))

    assert [block.source for block in again.blocks] == [sources.get(b.id, b.source) for b in document.blocks]
    assert outside(again) == outside(document)
    assert kept(document, again)
    assert splice(again, sources) == again.text


def outside(document: Document) -> list[str]:
    """What is in no fence's source; where the text ends, the line end is the source's."""
    inside = {block.first_line + i for block in document.blocks for i in range(block.source.count("\n"))}
    found = [line.text + line.end for i, line in enumerate(lines(document.text), 1) if i not in inside]
    return [*found[:-1], *(line.rstrip("\r\n") for line in found[-1:])]


def kept(document: Document, again: Document) -> bool:
    """Whether the source lines that do not differ have the bytes that they had."""
    for old, new in zip(document.blocks, again.blocks, strict=True):
        before, after = old.source.split("\n")[:-1], new.source.split("\n")[:-1]
        for i, j, size in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
            if old.prefixes[i : i + size] != new.prefixes[j : j + size]:
                return False
    return True
