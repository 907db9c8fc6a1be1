"""`check --static`: nothing of a post is run, and what can be told without is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contract import validated
from test_cli import run

if TYPE_CHECKING:
    from pathlib import Path


def checked(folder: Path, *blocks: str, before: str = "", arguments: tuple[str, ...] = ()) -> tuple[int, list[Any]]:
    """The exit code, and the blocks of a post."""
    post = "# A\n\n" + "\n".join(f"{before}```python\n{block}\n```\n" for block in blocks)
    (folder / "post.md").write_text(post)
    done = run("check", "--static", "--output-format", "json", *arguments, "post.md", folder=folder)
    assert not (folder / "ran").exists()
    return done.returncode, validated(done.stdout)["documents"][0]["blocks"]


def codes(blocks: list[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(b["verdict"], [(each["code"], each["level"]) for each in b["diagnostics"]]) for b in blocks]


def test_nothing_is_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    code, blocks = checked(tmp_path, f"open({str(ran)!r}, 'w')\nundefined", "import os\nos._exit(3)", "1 / 0")
    assert (code, codes(blocks)) == (0, [("skipped", [])] * 3)
    assert blocks[0]["reason"] == "--static: its calls were checked, and nothing was run"
    assert sum(block["lines_run"] for block in blocks) == 0


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("x = (", "DL001"),
        ("import math\nmath.squrt(2)", "DL202"),
        ("from math import squrt", "DL202"),
        ("import json\njson.dumps()", "DL203"),
    ],
)
def test_what_no_reader_can_run_is_told(tmp_path: Path, source: str, code: str) -> None:
    assert checked(tmp_path, source)[0] == 1
    assert codes(checked(tmp_path, source)[1]) == [("failed", [(code, "error")])]


def test_what_is_not_installed_is_only_noted(tmp_path: Path) -> None:
    """The machine that runs nothing need not have the libraries."""
    source = "import a_package_that_no_one_has\nimport math\nmath.pi"
    code, blocks = checked(tmp_path, source)
    assert (code, codes(blocks)) == (0, [("skipped", [("DL502", "note")])])
    assert "not installed were not checked" in blocks[0]["reason"]
    assert checked(tmp_path, source + "\nmath.squrt(2)")[0] == 1
    # Its author says that it is never run: then this is what is checked, whatever else is asked for.
    code, blocks = checked(tmp_path, source, before="<!-- dlexamples: no-run -->\n")
    assert (code, codes(blocks)) == (1, [("failed", [("DL502", "error")])])


@pytest.mark.parametrize(
    ("source", "before"),
    [
        ("import math\nmath.squrt(2)", "<!-- dlexamples: raises AttributeError -->\n"),
        ("import math\nmath.squrt(2)  # raises AttributeError", ""),
        (
            ">>> import math\n>>> math.squrt(2)\nTraceback (most recent call last):\nAttributeError: no squrt",
            "",
        ),
    ],
)
def test_a_block_that_is_to_fail_may(tmp_path: Path, source: str, before: str) -> None:
    code, blocks = checked(tmp_path, source, before=before)
    assert (code, codes(blocks)) == (0, [("skipped", [("DL202", "note")])])


def test_what_the_document_is_broken_by_is_told(tmp_path: Path) -> None:
    code, _ = checked(tmp_path, "x = 1", before="<!-- dlexamples: skip -->\n")
    assert code == 1
    (tmp_path / "prose.md").write_text("# A\n")
    assert run("check", "--static", "prose.md", folder=tmp_path).returncode == 5


def test_the_cache_tells_it_from_a_run(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("# A\n\n```python\nx = 1\n```\n")
    environment = {"DLEXAMPLES_CACHE": "true", "DLEXAMPLES_CACHE_DIR": str(tmp_path / "cache")}
    verdicts = []
    for options in (["--static"], [], ["--static"]):
        done = run("check", *options, "--output-format", "json", "post.md", folder=tmp_path, **environment)
        verdicts.append(validated(done.stdout)["documents"][0]["blocks"][0]["verdict"])
    assert verdicts == ["skipped", "passed", "skipped"]
