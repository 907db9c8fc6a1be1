"""The dialects that code is written in: info strings, option lines, tabs, prompts, magics, mixed blocks."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import heapq
import inspect
import json
import json.decoder
import random
import statistics
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.formats import parse, read, splice
from dlexamples.formats.dialects import options
from dlexamples.formats.info import Info, parse_info
from dlexamples.formats.layout import apply
from dlexamples.formats.lines import BOM, lines
from dlexamples.formats.logical import logical_lines, statements
from dlexamples.formats.syntax import parsed
from dlexamples.model import Applicability, Fix

if TYPE_CHECKING:
    from types import ModuleType

INFOS = {
    "": Info(),
    "py": Info(("py",), "py"),
    "Python": Info(("Python",), "python"),
    "python3": Info(("python3",), "python3"),
    "lang-python": Info(("lang-python",), "python"),
    "language-py": Info(("language-py",), "py"),
    "jupyter-python": Info(("jupyter-python",), "jupyter-python"),
    "c++": Info(("c++",), "c++"),
    "c#": Info(("c#",), "c#"),
    'python title="x.py" hl_lines="2"': Info(("python",), "python", attributes={"title": "x.py", "hl_lines": "2"}),
    "python:title=x.py": Info(("python",), "python", attributes={"title": "x.py"}),
    "py:main.py": Info(("py", "main.py"), "py", flags=frozenset({"main.py"})),
    "python=12": Info(("python",), "python"),
    "python=": Info(("python",), "python"),
    "python=+": Info(("python",), "python"),
    "title=x.py": Info(attributes={"title": "x.py"}),
    "python {1,3-5}": Info(("python",), "python"),
    "python{1,3-5}": Info(("python",), "python"),
    "python[x]": Info(("python",), "python"),
    "python,foo": Info(("python", "foo"), "python", flags=frozenset({"foo"})),
    "python,ignore,no_run": Info(("python", "ignore", "no_run"), "python", flags=frozenset({"ignore", "no_run"})),
    "python {foo}": Info(("python", "foo"), "python", flags=frozenset({"foo"})),
    "python no_run": Info(("python", "no_run"), "python", flags=frozenset({"no_run"})),
    "python notest fixture:a fixture:b retry:3": Info(
        ("python", "notest", "fixture:a", "fixture:b", "retry:3"),
        "python",
        flags=frozenset({"notest", "fixture:a", "fixture:b", "retry:3"}),
    ),
    "python out": Info(("python", "out"), "python", flags=frozenset({"out"})),
    'python id="snippet-1"': Info(("python",), "python", attributes={"id": "snippet-1"}),
    'py test="skip" lint="skip"': Info(("py",), "py", attributes={"test": "skip", "lint": "skip"}),
    '{.py .test="skip"}': Info(("py",), "py", attributes={"test": "skip"}, classes=("py",)),
    'python exec="on" session="s"': Info(("python",), "python", attributes={"exec": "on", "session": "s"}),
    'python tags=["hide", "skip-execution"] active="md"': Info(
        ("python",), "python", attributes={"tags": '["hide", "skip-execution"]', "active": "md"}
    ),
    "python linenos=table,hl_lines=[1]": Info(
        ("python",), "python", attributes={"linenos": "table", "hl_lines": "[1]"}
    ),
    "python {.marimo}": Info(("python", "marimo"), "python", classes=("marimo",), flags=frozenset({"marimo"})),
    "python {.marimo disabled=true}": Info(
        ("python", "marimo"),
        "python",
        attributes={"disabled": "true"},
        classes=("marimo",),
        flags=frozenset({"marimo"}),
    ),
    "{python}": Info(("python",), "python"),
    "{python, echo=FALSE}": Info(("python",), "python", attributes={"echo": "FALSE"}),
    "{python setup, include = FALSE, fig.cap = 'a, b'}": Info(
        ("python",), "python", attributes={"include": "FALSE", "fig.cap": "a, b"}, label="setup"
    ),
    "{.python .input n=4}": Info(
        ("python", "input"), "python", attributes={"n": "4"}, classes=("python", "input"), flags=frozenset({"input"})
    ),
    "{.python .input  n=7}": Info(
        ("python", "input"), "python", attributes={"n": "7"}, classes=("python", "input"), flags=frozenset({"input"})
    ),
    '{#train .python key="a } b"}': Info(
        ("python",), "python", attributes={"key": "a } b"}, classes=("python",), identifier="train"
    ),
    "{.numberLines .python}": Info(
        ("numberLines", "python"), "python", classes=("numberLines", "python"), flags=frozenset({"numberLines"})
    ),
    "{code-cell} ipython3": Info(("code-cell", "ipython3"), "ipython3", "code-cell"),
    "{code-cell}": Info(("code-cell",), "", "code-cell"),
    "{code-block} python": Info(("code-block", "python"), "python", "code-block"),
    "{testcode} group": Info(("testcode", "group"), "python", "testcode", flags=frozenset({"group"})),
    "{doctest}": Info(("doctest",), "pycon", "doctest"),
    "{note} A title": Info(("note", "A", "title"), "note", flags=frozenset({"A", "title"})),
    "/;": Info(),
    "{}": Info(),
    "{1,3}": Info(),
}


@pytest.mark.parametrize("info", INFOS)
def test_an_info_string_is_read(info: str) -> None:
    assert parse_info(info) == INFOS[info]


@pytest.mark.parametrize(
    "text", ["." * 100_000, "[" * 100_000, "{" * 100_000, "a" * 100_000, "=" * 100_000, "'" * 100_000]
)
def test_a_long_info_string_is_no_trap(text: str) -> None:
    assert parse_info(f"python {text}").language == "python"


@pytest.mark.parametrize(
    ("info", "text", "expected"),
    [
        (
            "{python}",
            '#| eval: false\n#| fig-cap: "A: b"\n#|label: x\nx = 1\n#| echo: true\n',
            {"eval": "false", "fig-cap": "A: b", "label": "x"},
        ),
        ("{python}", "#| tags:\n#|   - a\n#|   - 'b'\n#| eval: true\n", {"tags": "[a, b]", "eval": "true"}),
        (
            "{code-cell} ipython3",
            ":tags: [raises-exception]\n:linenos:\n\nx = 1\n",
            {"tags": "[raises-exception]", "linenos": ""},
        ),
        (
            "{code-cell}",
            "---\ntags: [hide-input]\nother:\n  - x\n---\n:no: option\n",
            {"tags": "[hide-input]", "other": "[x]"},
        ),
        ("{code-cell}", "---\ntags: [hide-input]\n", {}),
        ("python", ":tags: [raises-exception]\n", {}),
        ("python", "x = 1\n", {}),
        ("{code-cell}", "", {}),
    ],
)
def test_options_are_read(info: str, text: str, expected: dict[str, str]) -> None:
    assert options(text, parse_info(info)) == expected


POSTS = sorted((Path(__file__).parent / "cases" / "document").glob("*.md"))
CORPUS = sorted((Path(__file__).parent.parent.parent / "shared" / "corpus" / "docs").glob("*.md*"))


@pytest.mark.parametrize("path", [*POSTS, *CORPUS], ids=lambda path: path.stem)
def test_a_source_is_line_for_line_what_is_published(path: Path) -> None:
    """Each row of the document is prefix and source, or the source only stands for it and the prefix is all."""
    document = read(path)
    rows = [line.text for line in lines(document.text.removeprefix(BOM))]
    for block in document.blocks:
        sources = block.source.split("\n")[:-1]
        assert len(sources) == len(block.published.split("\n")[:-1]) == len(block.prefixes)
        for i, (prefix, source) in enumerate(zip(block.prefixes, sources, strict=True), block.first_line - 1):
            assert rows[i] in {prefix + source, prefix}, block.id


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_a_statement_can_be_put_between_any_two(path: Path) -> None:
    """`splice` raises where the new source does not read back."""
    document = read(path)
    for block in document.blocks:
        tree = parsed(block.source) if block.is_python else None
        rows = block.source.split("\n")
        starts = [min([node.lineno, *_decorators(node)]) for node in tree.body] if tree else []
        for line in starts:
            source = "\n".join([*rows[: line - 1], "def put():", "    return 1", *rows[line - 1 :]])
            if parsed(source) is not None:
                assert splice(document, {block.id: source}) != document.text


def _decorators(node: ast.stmt) -> list[int]:
    return [decorator.lineno for decorator in getattr(node, "decorator_list", [])]


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        (
            "```pycon\n>>> x = y\n>>> x\n1\n```\n",
            "y = 1\nx = y\nx\n#> 1\n",
            "```pycon\n>>> y = 1\n>>> x = y\n>>> x\n1\n```\n",
        ),
        (
            "> ```\n> >>> import torch\n> >>> f(1)\n> 1\n> ```\n",
            "import torch\n# double\ndef f(x):\n\n    return x\nf(1)\n#> 1\n",
            "> ```\n> >>> import torch\n> >>> # double\n"
            "> >>> def f(x):\n> ...\n> ...     return x\n> >>> f(1)\n> 1\n> ```\n",
        ),
        (
            "```ipython\nIn [1]: x = y\nOut[1]: 1\n```\n",
            "y = (1,\n     2)\nx = y\n#> Out[1]: 1\n",
            "```ipython\nIn [ ]: y = (1,\n   ...:      2)\nIn [1]: x = y\nOut[1]: 1\n```\n",
        ),
        (
            "- a\n\n  ```python\n      if x:\n          y\n  ```\n",
            "x = 1\nif x:\n    z\n",
            "- a\n\n  ```python\n      x = 1\n      if x:\n          z\n  ```\n",
        ),
        (
            "```python\n%matplotlib inline\nx = y\n%time f()\n```\n",
            "# %matplotlib inline\ny = 1\nx = y\nf()\n",
            "```python\n%matplotlib inline\ny = 1\nx = y\n%time f()\n```\n",
        ),
        (
            "```{code-cell} python\n:tags: [a]\nx = y\n```\n",
            "# :tags: [a]\ny = 1\nx = y\n",
            "```{code-cell} python\n:tags: [a]\ny = 1\nx = y\n```\n",
        ),
    ],
)
def test_a_mended_source_is_written_as_its_dialect_has_it(text: str, source: str, expected: str) -> None:
    document = parse(Path("post.md"), text)
    assert splice(document, {document.blocks[0].id: source}) == expected


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_a_block_that_was_split_is_mixed_no_more(path: Path) -> None:
    document = read(path)
    for block in document.blocks:
        edits = [edit for flaw in block.flaws if flaw.diagnostic.code == "DL005" for edit in flaw.edits]
        if not edits:
            continue
        text = apply(document.text, edits)
        end = block.end_line + text.count("\n") - document.text.count("\n")
        python = [other for other in parse(path, text).blocks if block.line <= other.line <= end and other.is_python]
        code = "".join(other.source for other in python)
        assert _statements(code) == _statements(block.source)
        assert not any(flaw for other in python for flaw in other.flaws)


def _statements(source: str) -> str:
    return ast.unparse(ast.parse(source))


def test_logical_lines() -> None:
    rows = ["x = (1,", "", "  2)", "y = '(' # (", "z = 1 + \\", "  2", '"""', "x = 1", '"""', "!echo '("]
    assert list(logical_lines(rows, lambda row: row.startswith("!"))) == [
        range(3), range(3, 4), range(4, 6), range(6, 9), range(9, 10),
    ]  # fmt: skip


def test_statements() -> None:
    rows = ["# a", "@d", "def f():", "    x", "", "    y", "else_ = 1", "if x:", "  1", "else:", "  2", "(", ")"]
    assert list(statements(rows)) == [range(1, 6), range(6, 7), range(7, 11), range(11, 13)]


CODE = [argparse, dataclasses, heapq, json.decoder, statistics, textwrap]


@pytest.mark.parametrize("module", CODE, ids=lambda module: module.__name__)
def test_code_that_was_cut_or_lost_a_line_is_python(module: ModuleType) -> None:
    """A mistake is the author's to hear about: nothing of it is taken for output, prose, shell or a session."""
    chance = random.Random(module.__name__)
    source = inspect.getsource(module)
    rows = source.split("\n")
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        code = rows[min([node.lineno, *_decorators(node)]) - 1 : node.end_lineno]
        at = chance.randrange(len(code))
        for left in (code[: at + 1], code[:at] + code[at + 1 :] or ["pass"]):
            text = "".join(f"{row}\n" for row in left)
            block = parse(Path("post.md"), f"````python\n{text}````\n").blocks[0]
            assert (block.language, block.flaws, block.interactive) == ("python", (), False), text


LONG = [
    "1" * 100_000,
    "%%tab " + " " * 100_000 + "!",
    ">>> (\n" + "1,\n" * 3000,
    "@d\n" * 5000,
    "In [1]: x\nOut[1]: 1\n" * 3000,
    ">>> x\n" + "a b\n\n" * 5000,
    "This is a (" * 10_000,
    "pip install x\n\n" * 5000,
]


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:8])
@pytest.mark.parametrize("info", ["python", ""])
def test_length_is_no_trap(text: str, info: str) -> None:
    start = time.process_time()
    assert parse(Path("post.md"), f"```{info}\n{text}\n```\n").blocks[0].why
    assert time.process_time() - start < 10


MISTAKES = [
    "cp = dict(a=1",
    "ls = [1, 2, 3)",
    'export = print(1, "f.onnx"',
    'source = """abc',
    "uv = x[0]]",
    "make [1, 2",
    "git += (1",
    "From numpy import array",
    "For i in data: pass",
    "For i in data",
    "Import numpy as np",
]
ALONE = ["....", "1 2 3"]
AROUND = ["{}\n", "import sys\n{}\nprint(sys.path)\n", "{}\n>>> 1\n1\n"]


@pytest.mark.parametrize(
    ("mistake", "around"),
    [*((mistake, around) for mistake in MISTAKES for around in AROUND), *((mistake, AROUND[0]) for mistake in ALONE)],
)
def test_what_may_be_python_with_a_mistake_is_python(mistake: str, around: str) -> None:
    block = parse(Path("post.md"), f"```python\n{around.format(mistake)}```\n").blocks[0]
    assert (block.language, block.flaws) == ("python", ())
    assert mistake in block.source
    assert parsed(block.source) is None


@pytest.mark.parametrize(
    ("foreign", "applicability", "description"),
    [
        ("pip install x", Applicability.SAFE, "put the shell lines into a fence of their own"),
        ("Epoch 1/2", Applicability.UNSAFE, "put the lines of output or prose into a fence of their own"),
    ],
)
def test_only_shell_commands_are_split_off_without_asking(
    foreign: str, applicability: Applicability, description: str
) -> None:
    (flaw,) = parse(Path("post.md"), f"```python\nimport sys\n{foreign}\n```\n").blocks[0].flaws
    assert flaw.diagnostic.fix == Fix(applicability, description)
    assert {edit.applicability for edit in flaw.edits} == {applicability}


@pytest.mark.parametrize("source", ["cat = undefined_fn(", "ls = [1, 2, 3)\nprint(1)"])
def test_a_broken_assignment_in_a_cell_is_no_magic(source: str) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}
    block = parse(Path("post.ipynb"), json.dumps(notebook)).blocks[0]
    assert (block.language, block.source.rstrip("\n"), block.flaws) == ("python", source, ())


@pytest.mark.parametrize("info", ["{python results}", "{python output, echo=FALSE}", "{python ignore}"])
def test_the_label_of_a_chunk_is_no_flag(info: str) -> None:
    block = parse(Path("post.md"), f"```{info}\nx = 1\n```\n").blocks[0]
    assert (block.language, block.markers) == ("python", ())
    assert parse_info(info).label in {"results", "output", "ignore"}


def test_a_word_among_attributes_is_no_output() -> None:
    assert parse(Path("post.md"), '```python title="x" result\nx = 1\n```\n').blocks[0].is_python


@pytest.mark.parametrize(
    ("title", "tabs"),
    [
        ("NumPy, no JAX needed", set()),
        ("numpy-jax", set()),
        ("PyTorch 2.x", {"torch"}),
        ("TensorFlow / Keras", {"tensorflow", "keras"}),
        ("with JAX", {"jax"}),
    ],
)
def test_a_tab_names_frameworks_and_nothing_else(title: str, tabs: set[str]) -> None:
    text = f'=== "{title}"\n\n    ```python\n    x = 1\n    ```\n'
    assert parse(Path("post.md"), text).blocks[0].tabs == tabs


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("import numpy as np\na = undefined()\nprintln(a)\n", "python"),
        ("from x import y\nprintln(y)\n", "python"),
        ("println(a)\n", "text"),
        ("import java.util as ju\nprintln(a)\n", "text"),
    ],
)
def test_an_import_of_python_outweighs_a_call_of_another_language(text: str, language: str) -> None:
    assert parse(Path("post.md"), f"```\n{text}```\n").blocks[0].language == language


@pytest.mark.parametrize(
    ("info", "second"),
    [
        ("{python fig1}", "{python}"),
        ("{python fig1, echo=FALSE}", "{python, echo=FALSE}"),
        ("{.python #id1}", "{.python}"),
        ("{#id1 .python}", "{.python}"),
        ('python title="x.py" linenums="1"', 'python linenums="1"'),
        ('python title="x.py"', "python"),
    ],
)
def test_the_parts_of_a_fence_share_no_name(info: str, second: str) -> None:
    text = f"```{info}\nimport sys\npip install x\nprint(sys)\n```\n"
    (flaw,) = parse(Path("post.md"), text).blocks[0].flaws
    opening = [row for row in apply(text, flaw.edits).split("\n") if "python" in row]
    assert [" ".join(row.split()) for row in opening] == [f"```{info}", f"```{second}"]


def test_a_script_of_python_is_a_near_miss() -> None:
    block = parse(Path("post.md"), "```python\n%%script python3 -u\nx = 1\n```\n").blocks[0]
    assert (block.language, block.near_miss) == ("text", "it is Python that another process runs")


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("(tensor([[0., 1.]]), tensor(5))\n", "text"),
        ("(tensor([[0., 1.]]), 5)\n", "text"),
        ("[array([1, 2]), torch.Size([2])]\n", "text"),
        ("(tensor([[0., 1.]]), missing)\n", "python"),
        ("(tensor([[0., 1.]]), Missing(1))\n", "python"),
        ("(torch.tensor([0.]), 5)\n", "python"),
    ],
)
def test_a_tuple_of_arrays_is_output(source: str, language: str) -> None:
    (block,) = parse(Path("post.md"), f"```python\n{source}```\n").blocks
    assert block.language == language
