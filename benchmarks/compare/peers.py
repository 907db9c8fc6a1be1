"""The tools, with what the documentation of each asks for: configuration, marks at the fences, a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Fence: TypeAlias = "Callable[[int, str], str]"
"""Of a block's number and code."""


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    requirements: tuple[str, ...]
    commands: tuple[str, ...]
    """One after the other while they succeed; `{timeout}` is in seconds."""
    files: Mapping[str, str]
    post: str = "post.md"
    marked: Fence | None = None
    """As the peer asks for it, where a label is not enough."""
    report: str = ""
    """What it writes as JSON, where its blocks can write no file outside."""


def unlabelled(_: int, code: str) -> str:
    return f"```\n{code}```"


def labelled(_: int, code: str) -> str:
    return f"```python\n{code}```"


def named(number: int, code: str) -> str:
    return f"<!-- name: test_{number} -->\n{labelled(number, code)}"


def executed(_: int, code: str) -> str:
    return f'```python exec="on"\n{code}```'


def directive(_: int, code: str) -> str:
    return f"```{{testcode}}\n{code}```"


def prompted(number: int, code: str) -> str:
    """At an interpreter's prompt, as one statement: it goes on after one that failed."""
    rows = "".join(f"...     {row}\n" for row in code.splitlines() if row)
    return labelled(number, f">>> if True:\n{rows}")


PYTEST = "pytest==9.2.0"
RUN = "pytest -q -p no:dlexamples -p no:hypothesispytest -p no:xdist --basetemp=kept"
SYBIL = """
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

pytest_collect_file = Sybil(parsers=[PythonCodeBlockParser(), SkipParser()], patterns=["*.md"]).pytest()
"""
EXAMPLES = """
import pytest
from pytest_examples import CodeExample, EvalExample, find_examples


@pytest.mark.parametrize("example", list(find_examples("post.md")), ids=str)
def test_examples(example: CodeExample, eval_example: EvalExample):
    eval_example.run(example)
"""
MKTESTDOCS = """
from mktestdocs import check_md_file


def test_post():
    check_md_file(fpath="post.md")
"""
MKDOCS = "site_name: A site\nplugins: [markdown-exec]\nmarkdown_extensions: [pymdownx.superfences]\n"
SPHINX = 'extensions = ["myst_parser", "sphinx.ext.doctest"]\nroot_doc = "post"\n'
PEERS = (
    Peer(
        "dlexamples",
        (),
        ("dlexamples check --no-cache --timeout {timeout} --output-format json -o report.json post.md",),
        {},
        report="report.json",
    ),
    Peer("sybil", ("sybil==10.1.0", PYTEST), (f"{RUN} post.md",), {"conftest.py": SYBIL}),
    Peer("pytest-markdown-docs", ("pytest-markdown-docs==0.9.2", PYTEST), (f"{RUN} --markdown-docs post.md",), {}),
    Peer("pytest-codeblocks", ("pytest-codeblocks==0.18.0", PYTEST), (f"{RUN} --codeblocks post.md",), {}),
    Peer("pytest-examples", ("pytest-examples==0.0.18", PYTEST), (f"{RUN} test_post.py",), {"test_post.py": EXAMPLES}),
    Peer(
        "phmdoctest",
        ("phmdoctest==1.4.0", PYTEST),
        ("phmdoctest post.md --outfile test_post.py", f"{RUN} test_post.py"),
        {},
    ),
    Peer("mktestdocs", ("mktestdocs==0.2.5", PYTEST), (f"{RUN} test_post.py",), {"test_post.py": MKTESTDOCS}),
    Peer("markdown-pytest", ("markdown-pytest==0.6.6", PYTEST), (f"{RUN} post.md",), {}, marked=named),
    Peer("doccmd", ("doccmd==2026.9.16.1",), ("doccmd -l python -c python post.md",), {}),
    Peer(
        "nbmake with jupytext",
        ("nbmake==1.5.5", "jupytext==1.19.6", PYTEST),
        ("jupytext --to ipynb post.md", f"{RUN} --nbmake --nbmake-timeout={{timeout}} post.ipynb"),
        {},
    ),
    Peer(
        "markdown-exec",
        ("markdown-exec==1.12.6", "mkdocs==1.6.1"),
        ("mkdocs build",),
        {"mkdocs.yml": MKDOCS},
        post="docs/index.md",
        marked=executed,
    ),
    Peer(
        "markdown-exec, `--strict`",
        ("markdown-exec==1.12.6", "mkdocs==1.6.1"),
        ("mkdocs build --strict",),
        {"mkdocs.yml": MKDOCS},
        post="docs/index.md",
        marked=executed,
    ),
    Peer(
        "byexample",
        ("byexample==11.0.0",),
        ("byexample -l python --timeout {timeout} post.md",),
        {},
        marked=prompted,
    ),
    Peer(
        "Sphinx with MyST",
        ("sphinx==9.0.4", "myst-parser==5.2.0"),
        ("sphinx-build -b doctest . built",),
        {"conf.py": SPHINX},
        marked=directive,
    ),
)
