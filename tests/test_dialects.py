"""The dialects that code is written in: info strings, option lines, tabs, prompts, magics, mixed blocks."""

from __future__ import annotations

import pytest

from dlexamples.formats.dialects import options
from dlexamples.formats.info import Info, parse_info

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
        ("python", "setup"), "python", attributes={"include": "FALSE", "fig.cap": "a, b"}, flags=frozenset({"setup"})
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
