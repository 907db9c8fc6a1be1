"""`pytest post.md`, run as a user runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from pathlib import Path

POST = """\
# Set up

```python
x = [1]
print("made x")
```

# Use

```python
x.append(2)
```

```python
assert len(x) == 3
```

# Apart

```python
import math
y = math.pi
```

```text
3.14
```
"""
NAMES = ("PyTorch", "TensorFlow")
GROUPS = """\
import json, os

def pytest_collection_modifyitems(items):
    if "PYTEST_XDIST_WORKER" in os.environ:
        groups = {item.name: [mark.args[0] for mark in item.iter_markers("xdist_group")] for item in items}
        with open("groups.json", "w") as file:
            json.dump(groups, file)
"""
UNIMPORTED = "# A\n\n```python\nprint(np.zeros(2))\n```\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "post.md").write_text(POST)
    (tmp_path / "np.md").write_text(UNIMPORTED)
    (tmp_path / "prose.md").write_text("# A\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


def results(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    words = [line.split() for line in done.stdout.splitlines() if line.startswith("post.md::")]
    return {row[0].removeprefix("post.md::"): row[1] for row in words if len(row) > 1}


def test_each_python_block_is_a_test(folder: Path) -> None:
    done = run(folder, "-v", "post.md")
    assert results(done) == {"set-up-1": "PASSED", "use-1": "PASSED", "use-2": "FAILED", "apart-1": "PASSED"}
    assert done.returncode == 1


def test_a_failure_shows_the_frame_and_an_explained_assertion_and_not_our_stack(folder: Path) -> None:
    done = run(folder, "post.md")
    assert "error[DL205]" in done.stdout
    assert "--> post.md:15:" in done.stdout
    assert "assert len(x) == 3" in done.stdout
    assert "assert 2 == 3" in done.stdout
    assert "where 2 = len([1, 2])" in done.stdout
    assert "pytest_plugin.py" not in done.stdout
    assert "runner.py" not in done.stdout


def test_ids_survive_edits_above(folder: Path) -> None:
    (folder / "post.md").write_text("# New\n\nLines.\n\n```text\nout\n```\n\n" + POST)
    done = run(folder, "-v", "post.md::use-1")
    assert results(done) == {"use-1": "PASSED"}


def test_one_block_runs_what_it_needs_and_reports_itself_alone(folder: Path) -> None:
    done = run(folder, "-v", "post.md", "-k", "use-2")
    assert results(done) == {"use-2": "FAILED"}
    assert "assert 2 == 3" in done.stdout
    assert "1 failed, 3 deselected" in done.stdout


def test_last_failed_and_exit_first(folder: Path) -> None:
    assert "1 failed, 2 passed" in run(folder, "-x", "post.md").stdout
    assert "1 failed, 3 deselected" in run(folder, "--lf", "post.md").stdout


def test_junit(folder: Path) -> None:
    run(folder, "--junit-xml", "junit.xml", "post.md")
    suite = ElementTree.parse(folder / "junit.xml").getroot()[0]
    assert [case.get("name") for case in suite] == ["set-up-1", "use-1", "use-2", "apart-1"]
    assert suite.get("failures") == "1"
    assert "DL205" in "".join(suite[2].itertext())


@pytest.mark.parametrize("mode", ["load", "loadfile", "loadscope", "loadgroup", "worksteal", "each", "no"])
def test_xdist(folder: Path, mode: str) -> None:
    done = run(folder, "-n", "2", "--dist", mode, "--junit-xml", "junit.xml", "post.md")
    times = 2 if mode == "each" else 1
    assert f"{times} failed, {3 * times} passed" in done.stdout
    # With loadgroup, xdist writes a test's group behind its name.
    cases = list(ElementTree.parse(folder / "junit.xml").getroot()[0])
    names = sorted(str(case.get("name")).partition("@")[0] for case in cases)
    assert names == sorted(["set-up-1", "use-1", "use-2", "apart-1"] * times)
    failed = [str(case.get("name")).partition("@")[0] for case in cases if case.find("failure") is not None]
    assert failed == ["use-2"] * times


def test_a_session_is_a_group_of_xdist(folder: Path) -> None:
    tabs = "".join(
        f'=== "{name}"\n\n    ```python\n    import {name.lower().removeprefix("py")}\n    y = x\n    ```\n\n'
        for name in NAMES
    )
    (folder / "tabs 1.md").write_text("# T\n\n```python\nx = 1\n```\n\n" + tabs + "```python\nz = 1\n```\n")
    (folder / "conftest.py").write_text(GROUPS)
    run(folder, "-n", "1", "--dist", "loadgroup", "post.md", "tabs 1.md")
    groups = json.loads((folder / "groups.json").read_text())
    assert groups["set-up-1"] == groups["use-1"] == groups["use-2"] == ["post.md-session-1"]
    assert groups["apart-1"] == ["post.md-session-2"]
    # What is for both frameworks is judged in the sessions of both.
    assert groups["t-1"] == groups["t-2"] == groups["t-3"] != groups["t-4"]
    assert not any(set(name) & set(" @]:") for names in groups.values() for name in names)
    run(folder, "-n", "1", "--dist", "load", "post.md")
    assert set(map(tuple, json.loads((folder / "groups.json").read_text()).values())) == {()}


def test_accepted_verdicts_show(folder: Path) -> None:
    done = run(folder, "-v", "np.md")
    assert (done.returncode, "np.md::a-1 FILLED" in done.stdout, "1 filled" in done.stdout) == (0, True, True)
    (folder / "pyproject.toml").write_text("[tool.dlexamples]\naccept = []\n")
    done = run(folder, "np.md")
    assert (done.returncode, "import numpy as np" in done.stdout) == (1, True)


def test_a_plain_pytest_runs_the_listed_posts(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nposts = ["np.md"]\n')
    (folder / "test_it.py").write_text("def test_it():\n    pass\n")
    done = run(folder)
    assert "1 passed, 1 filled" in done.stdout
    assert "1 passed, 1 filled" in run(folder, "-n", "2").stdout
    assert "1 passed in" in run(folder, "test_it.py").stdout
    (folder / "tests").mkdir()
    (folder / "test_it.py").rename(folder / "tests" / "test_it.py")
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    assert "1 passed, 1 filled" in run(folder).stdout


def test_a_listed_folder_is_searched(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nposts = ["docs", "*.md"]\nexclude = ["post.md"]\n')
    (folder / "docs" / "drafts").mkdir(parents=True)
    for name in ("a.md", "drafts/b.md", "drafts/c.md"):
        (folder / "docs" / name).write_text("```python\nx = 1\n```\n")
    (folder / "docs" / "prose.md").write_text("# A\n")
    (folder / "docs" / ".gitignore").write_text("c.md\n")
    done = run(folder)
    assert (done.returncode, "2 passed, 1 filled" in done.stdout) == (0, True), done.stdout
    assert "prose" not in done.stdout
    assert run(folder, "docs/prose.md", "docs/a.md").returncode == 1
    assert run(folder, "docs/drafts").stdout.count("1 passed") == 1


def test_a_listed_folder_without_posts(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nposts = ["empty"]\n')
    done = run(folder)
    assert (done.returncode, "holds no post" in done.stderr) == (4, True)


def test_a_notebook(folder: Path) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "source": [row]} for row in ("x = 1", "assert x == 2")]
    (folder / "nb.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1))
    done = run(folder, "nb.ipynb")
    assert (done.returncode, "1 failed, 1 passed" in done.stdout) == (1, True)
    assert "nb.ipynb:14" in done.stdout


def test_a_post_that_nobody_named_is_not_collected(folder: Path) -> None:
    (folder / "test_it.py").write_text("def test_it():\n    pass\n")
    assert "1 passed in" in run(folder, ".").stdout


def test_a_post_without_python_is_never_green(folder: Path) -> None:
    assert run(folder, "prose.md").returncode == 5
    assert run(folder, "prose.md", "np.md").returncode == 1


def test_bad_input(folder: Path) -> None:
    (folder / "latin.md").write_bytes(b"# caf\xe9\n")
    done = run(folder, "latin.md")
    assert (done.returncode, "latin.md" in done.stdout, "Traceback" in done.stdout) == (2, True, False)
    (folder / "pyproject.toml").write_text("[tool.dlexamples]\ntimeout = 0\n")
    done = run(folder, "post.md")
    assert (done.returncode, "tool.dlexamples.timeout" in done.stderr) == (4, True)


def test_a_block_that_ends_the_interpreter_ends_itself_alone(folder: Path) -> None:
    (folder / "post.md").write_text("# A\n\n```python\nimport os\nos._exit(0)\n```\n\n```python\nx = 1\n```\n")
    done = run(folder, "-v", "post.md")
    assert results(done) == {"a-1": "FAILED", "a-2": "PASSED"}


def test_a_project_is_found_from_another_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nposts = ["np.md"]\n[tool.pytest.ini_options]\n')
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert "1 filled" in run(elsewhere, str(folder)).stdout
    assert "1 filled" in run(elsewhere, "-c", str(folder / "pyproject.toml")).stdout


def test_the_page_tells_what_was_run(folder: Path) -> None:
    done = run(folder, "--dlexamples-html", "page.html", "post.md::use-2", "np.md")
    assert done.returncode == 1
    html = (folder / "page.html").read_text("utf-8")
    cards = re.findall(r'<article class="card v-(\w+)" id="block=([\w.-]+)"', html)
    assert cards == [
        ("skipped", "1.set-up-1"),
        ("skipped", "1.use-1"),
        ("failed", "1.use-2"),
        ("skipped", "1.apart-1"),
        ("not_python", "1.apart-text-1"),
        ("filled", "2.a-1"),
    ]
    assert html.count("it was not selected") == 3
    assert "post.md: not selected, and not run: 3 of its blocks" in html
    refused = run(folder, "--dlexamples-html", "page.html", "-n", "2", "post.md")
    assert (refused.returncode, "dlexamples check --html" in refused.stderr) == (4, True)
