"""The environment that a post states is compared with the one that it is run in, and made where that is asked for."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order, validated
from test_cli import run
from wheels import wheel

from dlexamples.check import check
from dlexamples.equipped import equipped
from dlexamples.formats import parse
from dlexamples.install import environments
from dlexamples.install.installers import Pin, Pip, RefusedError
from dlexamples.install.wanted import STATED, here
from dlexamples.model import Document, Package, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool
from dlexamples.run.runner import Runner
from dlexamples.stated import stated
from dlexamples.stated.compared import compared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Outcome

CODE = "```python\nprint(1)\n```\n"


def script(*requirements: str, python: str = "", code: str = "print(1)\n", more: str = "") -> str:
    """A post whose block begins with inline script metadata."""
    versions = f'# requires-python = "{python}"\n' if python else ""
    listed = "".join(f"#   {each!r},\n" for each in requirements)
    return f"# A\n\n```python\n# /// script\n{versions}# dependencies = [\n{listed}# ]\n{more}# ///\n{code}```\n"


def above(front_matter: str) -> str:
    return f"---\n{front_matter}\n---\n# A\n\n{CODE}"


def post(text: str) -> Document:
    return parse(Path("post.md"), text)


def told(document: Document) -> list[tuple[str, str, int, str]]:
    found = (flaw.diagnostic for flaw in document.flaws)
    return [(d.code, d.level, d.span.line, d.message) for d in found]


def checked(pool: Pool, document: Document) -> list[Outcome]:
    runner = Runner(pool, document, Conditions(timeout=30.0, device="cpu"))
    found = in_order(document, check(document, runner))
    assert not runner.faults
    return found


def installed(text: str) -> Document:
    return equipped(post(text), True, lambda document, requirements: None)


@pytest.mark.parametrize(
    ("text", "requirements", "lines"),
    [
        (script("torch>=2.4", "numpy"), ["torch>=2.4", "numpy"], [6, 7]),
        (above("requires: [torch>=2.4, numpy]"), ["torch>=2.4", "numpy"], [2, 2]),
        (above('title: A\nrequires:\n  - torch>=2.4\n  - "einops[x] < 1"'), ["torch>=2.4", "einops[x]<1"], [4, 5]),
        (above("requires: torch"), ["torch"], [2]),
        (above('"requires": [torch]'), ["torch"], [2]),
        (above('pyproject: |-\n  requires-python = ">=3.10"\n  dependencies = ["marimo"]'), ["marimo"], [4]),
        (f'+++\nrequires = ["torch"]\n+++\n\n{CODE}', ["torch"], [2]),
        (above("title: A\ntags: [torch]"), [], []),
        (script("numpy", "nothing; python_version < '3'"), ["numpy"], [6]),
        (CODE.replace("print", "# /// script-like words\nprint"), [], []),
        ("```text\n# /// script\n# dependencies = ['x']\n# ///\n```\n", [], []),
        (f"> ```python\n> # /// script\n> # dependencies = ['x']\n> # ///\n> ```\n\n{CODE}", ["x"], [3]),
    ],
)
def test_what_a_post_states(text: str, requirements: list[str], lines: list[int]) -> None:
    found = stated(post(text))
    assert [str(need.requirement) for need in found.needs] == requirements
    assert [need.line for need in found.needs] == lines
    assert not found.faults


def test_several_statements_add_up() -> None:
    found = stated(post(f"---\nrequires: [numpy]\n---\n{script('torch', python='>=3.10')}"))
    assert [str(need.requirement) for need in found.needs] == ["numpy", "torch"]
    assert [str(python.versions) for python in found.pythons] == [">=3.10"]


@pytest.mark.parametrize(
    ("text", "level", "line", "message"),
    [
        (script("torch >== 2"), "error", 6, "'torch >== 2' is no requirement as pip takes it"),
        (script(python="three"), "error", 5, "`requires-python` is 'three'; it must be versions"),
        (script(more="# x = [\n"), "error", 4, "no valid TOML"),
        (script().replace("# ///\n", ""), "error", 4, "`# /// script` is never closed"),
        (
            script(more='# [tool.uv]\n# exclude-newer = "2025"\n'),
            "note",
            7,
            "`exclude-newer` of `[tool.uv]` is not fol",
        ),
        (above("requires: [a\ntitle: x"), "warning", 1, "no valid YAML"),
        (
            above("title: A\nrequires:\n  python: 3"),
            "warning",
            3,
            "`requires` is {'python': 3}; it must be a list of req",
        ),
        (above("requires: torch, numpy"), "warning", 2, "'torch, numpy' is no requirement as pip takes it"),
        (above("pyproject: |\n  dependencies = 3"), "error", 3, "`dependencies` is 3; it must be a list"),
    ],
)
def test_a_statement_that_cannot_be_read_or_is_not_followed(text: str, level: str, line: int, message: str) -> None:
    ((code, of_level, at, text_told),) = told(compared(post(text)))
    assert (code, of_level, at) == ("DL507", level, line)
    assert message in text_told


def test_what_is_met_is_not_told() -> None:
    text = script("numpy>=1", "scikit-learn", python=">=3.10", code="import numpy, sklearn, json\n")
    assert not compared(post(text)).flaws


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("not-here-at-all>=2", "and not-here-at-all is not installed\n`pip install 'not-here-at-all>=2'` where "),
        ("numpy<1", f"and numpy {here()['numpy']} is here\n`pip install 'numpy<1'` where dlexamples runs would do"),
        ("not_here @ https://e.org/x.whl", "not_here is not installed"),
    ],
)
def test_what_is_not_met(requirement: str, message: str) -> None:
    code, level, line, text = told(compared(post(script(requirement))))[0]
    assert (code, level, line) == ("DL506", "error", 6)
    assert message in text


def test_a_python_that_does_not_suit() -> None:
    ((code, level, line, text),) = told(compared(post(script(python=">=4"))))
    assert (code, level, line) == ("DL506", "error", 5)
    assert f"states Python >=4, and its blocks run on {platform.python_version()}" in text


def test_another_distribution_of_the_same_modules_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("dlexamples.install.wanted")
    monkeypatch.setattr(module, "here", lambda: {"tensorflow-cpu": "2.21.0"})
    ((_, level, _, text),) = told(compared(post(script("tensorflow>=2.15"))))
    assert (level, text) == ("note", "the post states `tensorflow>=2.15`, and tensorflow-cpu 2.21.0 stands for it here")
    ((_, level, _, text),) = told(compared(post(script("tensorflow<2"))))
    assert level == "error"
    assert "tensorflow-cpu 2.21.0 is here" in text


def test_an_import_that_the_statement_does_not_bring() -> None:
    text = script("pytest", code="import click\nimport pluggy\n")
    ((code, level, line, message),) = told(compared(post(text)))
    assert (code, level, line) == ("DL506", "warning", 3)
    assert message.startswith("`click` is imported, and the environment that the post states does not bring it")


def test_the_gate_is_red_and_every_verdict_stays(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(script("not-here-at-all"), "utf-8")
    done = run("check", "post.md", "--output-format", "json", folder=tmp_path)
    assert done.returncode == 1
    (document,) = validated(done.stdout)["documents"]
    assert [block["verdict"] for block in document["blocks"]] == ["passed"]
    assert [diagnostic["code"] for diagnostic in document["diagnostics"]] == ["DL506"]


def test_pytest_has_a_test_for_it(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(script("not-here-at-all"), "utf-8")
    (tmp_path / "met.md").write_text(script("numpy"), "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "post.md", "met.md"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "post.md::a-1 PASSED" in done.stdout
    assert "post.md::layout FAILED" in done.stdout
    assert "post.md:6: DL506: the post states `not-here-at-all`" in done.stdout
    assert "met.md::layout PASSED" in done.stdout


def test_what_is_stated_and_not_here_is_installed_beside(pool: Pool, index: Path) -> None:
    document = installed(script("tiny-one", "numpy", code="import numpy, tiny_one\nprint(tiny_one.ONE)\n"))
    assert document.environment.packages[0] == Package("tiny-one", "2.0", STATED)
    assert not document.environment.alone
    assert not document.flaws
    assert checked(pool, document)[0].stdout == "1\n"


def test_an_extra_of_what_is_here_is_installed_beside(index: Path) -> None:
    wheel(index, "tiny-extra", files={"tiny_extra.py": ""})
    document = equipped(post(script("click[x]")), True, lambda document, requirements: None)
    assert not document.environment.alone


def test_a_place_is_not_followed(index: Path) -> None:
    heard: list[object] = []
    (index / "evil").mkdir()
    text = script(f"evil @ file://{index}/evil", "tiny-two", "click @ https://e.org/click.whl")
    document = equipped(post(text), True, lambda document, requirements: heard.extend(requirements))
    assert heard == ["tiny-two"]
    assert [package.name for package in document.environment.packages] == ["tiny-two"]
    found = [(level, line, message.split("\n")[0]) for _, level, line, message in told(document)]
    assert [(level, line) for level, line, message in found if "evil is not installed" in message] == [("error", 6)]
    assert [(level, line) for level, line, message in found if "is not followed" in message] == [
        ("warning", 6),
        ("warning", 8),
    ]


def test_lines_of_every_system(index: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        ((_, _, line, _),) = told(compared(post(script("not-here-at-all").replace("\n", end))))
        assert line == 6


ALONE = script("click==0.5", "tiny-two", code="import click\nimport tiny_two\nprint(click.WHICH, exit is not None)\n")


@pytest.fixture
def of_another_release(index: Path) -> None:
    """click is here, in a later release than the index has."""
    wheel(index, "click", "0.5", files={"click.py": "WHICH = 'the old one'\n"})


@pytest.mark.usefixtures("of_another_release")
def test_a_stated_release_that_is_not_the_one_here_gets_an_environment_of_its_own(pool: Pool) -> None:
    document = installed(ALONE)
    assert document.environment.packages == (Package("click", "0.5", STATED), Package("tiny-two", "1.0", STATED))
    assert not document.flaws
    (outcome,) = checked(pool, document)
    assert (outcome.verdict, outcome.stdout) == (Verdict.PASSED, "the old one True\n")
    assert installed(ALONE).environment == document.environment


@pytest.mark.usefixtures("of_another_release")
def test_where_nothing_is_forked_it_is_the_same() -> None:
    with Pool(fork=False) as pool:
        assert checked(pool, installed(ALONE))[0].stdout == "the old one True\n"


@pytest.mark.usefixtures("of_another_release")
def test_nothing_else_is_seen_in_an_environment_of_its_own(pool: Pool) -> None:
    (outcome,) = checked(pool, installed(script("click==0.5", code="import click\nimport numpy\n")))
    assert outcome.verdict is Verdict.FAILED
    assert outcome.reason == "package `numpy` is not in the environment that the post states; add `numpy` to it"


@pytest.mark.usefixtures("of_another_release")
def test_mends_are_looked_for_there_too(pool: Pool) -> None:
    (outcome,) = checked(pool, installed(script("click==0.5", code="import click\nprint click.WHICH\n")))
    assert (outcome.verdict, outcome.stdout) == (Verdict.REPAIRED, "the old one\n")


def test_an_environment_that_cannot_be_had_is_told_and_none_is_made(pool: Pool, index: Path) -> None:
    document = installed(script("click==0.4", "tiny-two"))
    assert not document.environment.folder
    refused, missing = told(document)
    assert refused[:3] == ("DL506", "error", 6)
    assert f"click {here()['click']} is here\nit cannot be installed for this post: " in refused[3]
    assert "tiny-two is not installed\nit cannot be installed for this post: " in missing[3]
    assert checked(pool, document)[0].verdict is Verdict.PASSED


@pytest.mark.usefixtures("of_another_release")
def test_unasked_uv_installs_what_is_stated_and_nothing_else(pool: Pool) -> None:
    heard: list[str] = []
    text = f"`pip install tiny-one`\n\n{script('tiny-two', code='import tiny_two')}"
    beside = equipped(post(text), None, lambda document, requirements: heard.extend(requirements))
    assert beside.environment.packages == (Package("tiny-two", "1.0", STATED),)
    assert not beside.flaws
    own = equipped(post(ALONE), None, lambda document, requirements: heard.extend(requirements))
    assert heard == ["tiny-two", "click==0.5", "tiny-two"]
    assert checked(pool, own)[0].stdout == "the old one True\n"
    without = post("`pip install tiny-one`\n\n```python\nimport tiny_one\n```\n")
    assert equipped(without, None, lambda document, requirements: heard.append("a package")) == without
    assert len(heard) == 3


@pytest.mark.usefixtures("of_another_release")
def test_unasked_nothing_is_installed_without_uv_or_where_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(document: Document, requirements: Sequence[str]) -> None:
        raise AssertionError

    refused = equipped(post(ALONE), False, never)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    for document in (refused, equipped(post(ALONE), None, never)):
        assert not document.environment.folder
        assert [(level, line) for _, level, line, _ in told(document)] == [("error", 6), ("error", 7)]
    by_pip = equipped(post(ALONE), True, lambda document, requirements: None)
    assert by_pip.environment.alone


@pytest.mark.usefixtures("of_another_release")
def test_the_command_tells_of_it(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(ALONE, "utf-8")
    shown = run("check", "post.md", folder=tmp_path)
    assert shown.returncode == 0, shown
    assert "post.md: installing click==0.5" in shown.stderr
    assert f"installed {STATED}: click 0.5, tiny-two 1.0\n" in shown.stdout
    here_alone = run("check", "--no-install", "post.md", folder=tmp_path)
    assert here_alone.returncode == 1
    assert "installing" not in here_alone.stderr


def test_a_framework_that_is_stated_and_not_here_gets_an_environment_of_its_own(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel(index, "torch", "9.0", files={"torch/__init__.py": "", "torch/torch_version.py": ""})
    for module in ("dlexamples.install", "dlexamples.install.wanted"):
        monkeypatch.setattr(importlib.import_module(module), "here", dict)
    document = equipped(post(script("torch>=9")), None, lambda document, requirements: None)
    assert document.environment.alone
    assert document.environment.packages == (Package("torch", "9.0", STATED),)


def test_pip_alone_can_make_one(index: Path, tmp_path: Path) -> None:
    wheel(index, "click", "0.5", files={"click.py": ""})
    assert Pip().all_of(["click<1", "tiny-two"]) == (Pin("click", "0.5"), Pin("tiny-two", "1.0"))
    Pip().install([Pin("click", "0.5")], tmp_path / "own")
    assert (tmp_path / "own" / "click.py").exists()
    with pytest.raises(RefusedError, match="No matching distribution"):
        Pip().all_of(["click==0.4"])


def test_uv_makes_one_from_the_real_index(pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the index that pip is set to, where uv is here and it answers."""
    if not shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])):
        pytest.skip("uv is not installed")
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    if url := subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip():
        monkeypatch.setenv("UV_DEFAULT_INDEX", url)
    monkeypatch.delenv("UV_OFFLINE")
    monkeypatch.setattr(environments, "user_cache_path", lambda name: tmp_path / name)
    document = installed(script("packaging==23.2", code="import packaging\nprint(packaging.__version__)\n"))
    if any("no package index answers" in why for why in document.environment.refused.values()):
        pytest.skip("no package index answers")
    assert not document.flaws
    assert checked(pool, document)[0].stdout == "23.2\n"


def test_the_last_line_tells_why_the_gate_is_red(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(script("not-here-at-all"), "utf-8")
    done = run("check", "post.md", folder=tmp_path)
    assert done.stdout.endswith("1 block: 1 passed · 0 not accepted · 1 error in the post itself\n")
    assert "run `dlexamples explain DL506` to read more" in done.stdout
