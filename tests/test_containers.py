"""Comments, tabs and front matter of a document; hostile text is read in time that grows with its length."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import pytest

from dlexamples.formats import parse
from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.front_matter import front_matter_rows
from dlexamples.formats.lines import lines
from dlexamples.formats.markdown import elements
from dlexamples.formats.parsers import MARKDOWN, MDX, Dialect


def comments(text: str) -> list[Comment]:
    return [element for element in elements(text) if isinstance(element, Comment)]


def fences(text: str) -> list[Fence]:
    return [element for element in elements(text) if isinstance(element, Fence)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!-- a -->\n", [("html", 1, 1, " a ")]),
        ("<!-- a --> <!--- b -->\n", [("html", 1, 1, " a "), ("html", 1, 1, "- b ")]),
        ("text\n<!-- a\n\n  b\n-->\n", [("html", 2, 5, " a\n\n  b\n")]),
        ("> - <!-- a\n>   b -->\n", [("html", 1, 2, " a\nb ")]),
        ("<div>\n<!-- a -->\n</div>\n", [("html", 2, 2, " a ")]),
        ("<!-- never closed\n\nx\n", [("html", 1, 3, " never closed\n\nx")]),
        ("{/* a */}\n", [("jsx", 1, 1, " a ")]),
        ("text\n{/* a\n\n```py\nx\n```\n*/}\n", [("jsx", 2, 7, " a\n\n```py\nx\n```\n")]),
        ("% a\n% b\n\n  % c\n", [("myst", 1, 2, " a\n b"), ("myst", 4, 4, " c")]),
        ("!!! note\n\n    <!-- a -->\n", [("html", 3, 3, " a ")]),
        ("a <!-- b --> c\n", []),
        ("<!---->\n", []),
        ("{/* never closed\n", []),
        ("`<!-- a -->`\n\n    <!-- a -->\n\n```\n<!-- a -->\n```\n", []),
        ("<p>Write <code><!-- a --></code> <!-- b --></p>\n", [("html", 1, 1, " b ")]),
        ('<p title="<!-- a -->">\n<!-- b --></p>\n', [("html", 2, 2, " b ")]),
        ("<p><code><!-- a --></p>\n", [("html", 1, 1, " a ")]),
        ("<pre>\n<!-- shown? no: in literal text -->\n</pre>\n", []),
    ],
)
def test_comments(text: str, found: list[tuple[str, int, int, str]]) -> None:
    assert [(each.form, each.line, each.end_line, each.text) for each in comments(text)] == found
    rows = [line.text for line in lines(text)]
    for each in comments(text):
        own = each.text.split("\n")
        assert each.first_line == each.line
        assert len(each.prefixes) == len(own)
        for row, prefix, line in zip(rows[each.line - 1 :], each.prefixes, own, strict=False):
            assert row.startswith(prefix + line)


TABS = [
    ('=== "PyTorch"\n\n    ```py\n    ```\n', ("PyTorch",)),
    ('===! "A"\n    === "B"\n        ```py\n        ```\n', ("A", "B")),
    ('=== "A"\n\n    text\n\n```py\n```\n', ()),
    ("````{tab-item} PyTorch\n```py\n```\n````\n", ("PyTorch",)),
    ("::::{tab-set}\n:::{tab-item} PyTorch\n```py\n```\n:::\n::::\n", ("PyTorch",)),
    ("::::{tab-set}\n:::{tab-item} PyTorch\n:::\n::::\n```py\n```\n", ()),
    ("::: {.panel-tabset}\n## A\n## B\n### C\n```py\n```\n:::\n", ("B",)),
    ('<TabItem value="torch" label="PyTorch">\n\n```py\n```\n\n</TabItem>\n', ("PyTorch",)),
    ('<Tabs>\n<TabItem value="torch">\n</TabItem>\n</Tabs>\n\n```py\n```\n', ()),
    ('<hfoptions id="x">\n<hfoption id="PyTorch">\n\n```py\n```\n\n</hfoption>\n</hfoptions>\n', ("PyTorch",)),
    ("<frameworkcontent>\n<pt>\n\n```py\n```\n</pt>\n", ("PyTorch",)),
    ("{#if fw === 'pt'}\n\n{:else}\n\n```py\n```\n\n{/if}\n", ("TensorFlow",)),
    ("{#if fw === 'pt'}\n{:else}\n{/if}\n```py\n```\n", ()),
    ('- <Tab title="A">\n\n- ```py\n  ```\n', ()),
    ('<Tabs><Tab title="A">\n\n- a\n- ```py\n  ```\n- the end\n</Tab></Tabs>\n', ("A",)),
    ("<jax>\n\n- a\n</jax>\n\n```py\n```\n\n</jax>\n", ()),
    ("Write `<jax>` for it.\n\n```py\n```\n\n</jax>\n", ()),
    ("Mail\n`a\n<jax>` to me.\n\n```py\n```\n\n</jax>\n", ()),
    ("Mail <jax> to me.\n\n```py\n```\n\n</jax>\n", ()),
    ('Press <Tab title="JAX"> now.\n\n```py\n```\n\n</Tab>\n', ()),
    ("<!--\n<jax>\n-->\n\n```py\n```\n\n<!-- </jax> -->\n", ()),
    ("<jax>\n\n```py\n```\n", ()),
    ('<Tabs>\n<TabItem value="jax">\n</Tabs>\n\n```py\n```\n', ()),
    ("::: tab JAX\n\n# B\n\n```py\n```\n", ()),
    ("::: tab JAX\n\n```py\n```\n:::\n", ("JAX",)),
]


@pytest.mark.parametrize(("text", "tabs"), TABS)
def test_tabs(text: str, tabs: tuple[str, ...]) -> None:
    (fence,) = fences(text)
    assert fence.tabs == tabs


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("---\na: b\n---\n", 3),
        ("---\n---\nx\n", 2),
        ("---\n\n# comment\n...\nx\n", 4),
        ('+++\ntitle = "x"\n[params]\n+++\n', 4),
        ("---\ntitle: |\n  ```py\n  ```\n---\n", 5),
        ("---\nmarimo-version: 0.9\nheader: |-\n  # /// script\n---\n", 5),
        ("---\na: b\n", 0),
        ("---\nprose\n---\n", 0),
        ("---\nNote: see\n\n```py\n```\n\n---\n", 0),
        ("\n---\na: b\n---\n", 0),
        ("---\nNote: a post\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\n```\n\n---\n", 0),
        ("---\na:\n  - >-\n    ```py\n    ```\n---\n", 6),
        ('+++\na = """\n```py\n```\n"""\n+++\n', 6),
        ("+++\na: b\n---\n", 0),
    ],
)
def test_front_matter(text: str, rows: int) -> None:
    assert front_matter_rows(text.split("\n")) == rows


@pytest.mark.parametrize("above", ["a[^1]\n\n[^1]: Note\n", "Term\n:   Definition\n", "> [^a]: Note\n>\n"])
def test_a_fence_of_a_footnote_or_a_definition(above: str) -> None:
    quote = "> " if above.startswith(">") else ""
    rows = ["```py", "x", "```"]
    text = above + quote.strip() + "\n" + "".join(f"{quote}    {row}\n" for row in rows) + "\n    y\n"
    assert next((each.form, each.text) for each in fences(text)) == ("fence", "x\n")


def test_a_note_without_blocks_of_its_own_is_a_text() -> None:
    assert [each.form for each in fences("[^1]: Note\n\ntext\n\n    x\n")] == ["indented"]
    assert [each.text for each in fences(": a\nb\n\n    ```py\n    x\n    ```\n")] == ["x\n"]


@pytest.mark.parametrize("tag", ["code", "pre", "svg"])
def test_a_literal_tag_that_is_never_closed_hides_no_fence(tag: str) -> None:
    fence = "```py\nx\n```\n"
    assert [each.text for each in fences(f"<div>\nSee <{tag}>x\n{fence}</div>\n")] == ["x\n"]
    assert fences(f"<div>\nSee <{tag}>x\n{fence}</{tag}>\n</div>\n") == []


def test_code_in_a_directive_has_its_info_as_written() -> None:
    assert [fence.info for fence in fences(":::{code-block} python\n:linenos:\nx\n:::\n")] == ["{code-block} python"]
    assert [fence.info for fence in fences("{% highlight python linenos %}\n{% endhighlight %}\n")] == [
        "python linenos"
    ]


def test_the_last_line_of_a_tag_may_hold_code() -> None:
    (fence,) = fences("{% highlight python %}\nx = 1\n\n    y = 2{% endhighlight %}\n")
    assert (fence.text, fence.end_line) == ("x = 1\n\n    y = 2\n", 4)


def test_mdx_has_no_indented_code() -> None:
    text = "<Tab>\n    text\n    ```py\n    x = 1\n    ```\n</Tab>\n"
    assert [fence.text for fence in elements(text, MDX) if isinstance(fence, Fence)] == ["x = 1\n"]
    assert fences("    x = 1\n")[0].form == "indented"


@pytest.mark.parametrize("suffix", [".md", ".markdown", ".mdx", ".qmd", ".Rmd", ".MD"])
def test_suffixes_of_any_case(suffix: str) -> None:
    assert [block.source for block in parse(Path("post").with_suffix(suffix), "```{python}\nx = 1\n```\n").blocks] == [
        "x = 1\n"
    ]


HOSTILE = {
    "quotes in a line": ">" * 5000 + " ```py\n",
    "quotes in lines": (">" * 300 + " x\n") * 100,
    "lists": "".join("  " * depth + "- a\n" for depth in range(500)),
    "lists in a line": "- " * 5000 + "x\n",
    "fences never closed": "```py\nx\n" * 20000,
    "fences never closed in items": "- ```py\n" * 5000,
    "ticks": "`" * 1_000_000,
    "rows of ticks": "```\n" * 20001,
    "brackets": "[" * 100_000,
    "rows of brackets": "[a\n" * 10000,
    "fences in HTML": "<br>\n```py\n" * 10000,
    "tags never closed": "<div " * 20000,
    "comments in HTML": "<div>\n" + "<!-- a -->\n" * 10000,
    "comments never closed": "x\n<!-- \n\n" * 10000,
    "JSX comments never closed": "{/*\n" * 20000,
    "tags of Jekyll never closed": "{% highlight python %}\n" * 20000,
    "admonitions": "".join("    " * depth + "!!! note\n" for depth in range(400)),
    "an admonition's title": "!!! " + "a " * 50000 + '"\n',
    "a tab's title": '=== "' + '"' * 50000 + "\n",
    "directives": "".join("`" * (500 - depth) + "{note}\n" for depth in range(400)),
    "directives never closed": ":::{note}\n" * 10000,
    "tabs in a row": '<Tab title="a">' * 10000 + " x" + '<Tab title="a">' * 10000 + "`a" * 10000 + "\n",
    "tabs": '<Tab title="a">\n' * 10000 + "</Tab>\n" * 10000,
    "an underlined heading": "a\n" * 50000 + "===",
    "links in a heading": "# " + "[a](" * 20000,
    "literal tags": "<div>\n" + "<pre>\n```py\n</pre>\n" * 10000,
    "attributes": "<div " + "markdown " * 20000 + "\n```py\nx\n```\n",
    "comments in elements never closed": "<div>\n" + "<code><!--" * 10000 + "\n",
    "literal tags never closed": "<div>\n<!-- a -->\n" + "<code>" * 10000 + "\n",
    "definitions": ": a\n" * 10000 + "\n    x\n",
    "footnotes": "".join("    " * depth + "[^1]: a\n\n" for depth in range(300)),
    "blanks": " " * 500_000 + "x\n",
    "tabs before": "\t" * 100_000 + "x",
}
SECONDS = 5
"""Many times what each takes: what grows with the square of the length takes minutes."""


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("dialect", [MARKDOWN, MDX], ids=["markdown", "mdx"])
def test_hostile_text(name: str, dialect: Dialect) -> None:
    start = time.process_time()
    found = list(elements(HOSTILE[name], dialect))
    assert time.process_time() - start < SECONDS
    assert all(element.line <= element.end_line for element in islice(found, 1000))
