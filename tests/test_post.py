"""The post that started the project, from end to end: checked, fixed, and run by a plain interpreter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from contract import differences, timeless, validated

from dlexamples.formats import read

ROOT = Path(__file__).parent.parent
POST = ROOT / "post.md"

# Stands in front of a block in a plain interpreter: dlexamples cannot be imported, and what was trained on is noted.
WITNESS = """
import sys
sys.modules["dlexamples"] = None
"""

COUNT_KERAS = """
rows = {tuple(row) for x, _ in XOR_data for row in x.numpy().tolist()}
labels = {tuple(row): label for x, y in XOR_data for row, label in zip(x.numpy().tolist(), y.numpy()[:, 0].tolist())}
"""
COUNT_TORCH = """
rows = {tuple(row) for x, _ in XOR_data for row in x.tolist()}
labels = {tuple(row): label for x, y in XOR_data for row, label in zip(x.tolist(), y.tolist())}
assert all(p.grad is not None for p in model.parameters())
"""
WHOLE_TABLE = """
assert len(rows) == 16, rows
assert all(label == sum(row) % 2 for row, label in labels.items())
"""


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What one command of this module has run is not run again for the next, as for an author; the cache is new."""
    command = [sys.executable, "-m", "dlexamples", *arguments]
    kept = {"DLEXAMPLES_CACHE": "true", "DLEXAMPLES_CACHE_DIR": str(folder / "kept")}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env={**os.environ, **kept})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("post")
    (folder / "post.md").write_bytes(POST.read_bytes())
    return folder


@pytest.fixture(scope="module")
def fixed(folder: Path) -> Path:
    done = run("fix", "--unsafe-fixes", "-o", "fixed.md", "post.md", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder / "fixed.md"


def verdicts(report: dict[str, Any]) -> list[str]:
    return [block["verdict"] for document in report["documents"] for block in document["blocks"]]


def test_it_is_the_post_as_its_author_left_it() -> None:
    shared = ROOT.parent / "shared" / "post.md"
    if not shared.exists():
        pytest.skip("the original is not beside this checkout")
    assert POST.read_bytes() == shared.read_bytes()


def test_check_says_filled_filled_repaired(folder: Path) -> None:
    done = run("check", "--output-format", "json", "post.md", folder=folder)
    report = validated(done.stdout)
    assert verdicts(report) == ["filled", "filled", "repaired"]
    assert done.returncode == 1
    blocks = report["documents"][0]["blocks"]
    assert [block["session"] for block in blocks] == ["session-1", "session-2", "session-3"]
    assert [fill["claim"] for block in blocks for fill in block["fills"]] == ["real"] * 3
    assert [fill["shape"] for block in blocks for fill in block["fills"]] == [[16, 4]] * 3
    assert [d["code"] for d in blocks[2]["diagnostics"]] == ["DL201", "DL102", "DL201", "DL406", "DL422"]
    assert [d["line"] for d in blocks[2]["diagnostics"]] == [75, 79, 79, 79, 79]
    assert all(d["fix"]["verified_on"].startswith("CPU in ") for d in blocks[2]["diagnostics"][:3])
    assert {block["device"] for block in blocks} == {"cpu"}


def test_what_trains_badly_is_said_once_a_block(folder: Path) -> None:
    report = validated(run("check", "--output-format", "json", "post.md", folder=folder).stdout)
    blocks = report["documents"][0]["blocks"]
    of_keras = [d for d in blocks[0]["diagnostics"] if d["code"].startswith("DL4")]
    assert [d["code"] for d in of_keras] == ["DL401", "DL408", "DL422"]
    assert "64 outputs a row and there is one target" in of_keras[0]["message"]
    assert "(batch, 64), target (batch, 1)" in of_keras[0]["message"]
    assert re.search(
        r"after 40 updates the loss is 0\.3\d+, and always answering the mean 0\.5", of_keras[2]["message"]
    )
    assert [d["message"] for d in blocks[1]["diagnostics"] if d["code"] == "DL401"] == [of_keras[0]["message"]]
    of_torch = {d["code"]: d["message"] for d in blocks[2]["diagnostics"]}
    assert re.search(r"64 classes, and the targets are of 2: 62 outputs .* \d\d% of the probability", of_torch["DL406"])
    assert "after 40 updates" in of_torch["DL422"]
    assert [curve["name"] for curve in blocks[0]["curves"]] == ["loss"]
    assert len(blocks[0]["curves"][0]["values"]) == 10
    assert len(blocks[2]["curves"][0]["values"]) == 40


def test_accepting_repairs_makes_the_gate_green(folder: Path) -> None:
    assert run("check", "--accept", "filled,repaired", "post.md", folder=folder).returncode == 0
    assert run("check", "--accept", "filled,repaired", "--strict", "post.md", folder=folder).returncode == 1


def test_the_fixed_post_passes_as_printed(folder: Path, fixed: Path) -> None:
    done = run("check", "--output-format", "json", "fixed.md", folder=folder)
    assert verdicts(validated(done.stdout)) == ["passed"] * 3
    assert done.returncode == 0


def test_the_fixed_post_does_not_train_as_it_should(folder: Path, fixed: Path) -> None:
    """Its fixes make it run; what its author has to say remains the author's."""
    assert run("check", "--strict", "fixed.md", folder=folder).returncode == 1
    assert run("check", "--error", "DL4", "fixed.md", folder=folder).returncode == 1
    assert run("check", "--error", "DL5", "fixed.md", folder=folder).returncode == 0


@pytest.mark.parametrize(("index", "count"), [(0, COUNT_KERAS), (1, COUNT_KERAS), (2, COUNT_TORCH)])
def test_each_fixed_block_trains_on_the_whole_table_in_a_plain_interpreter(
    fixed: Path, tmp_path: Path, index: int, count: str
) -> None:
    block = [block for block in read(fixed).blocks if block.is_python][index]
    assert "try" not in block.source
    script = tmp_path / "block.py"
    script.write_text(WITNESS + block.source + count + WHOLE_TABLE, encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "10/10" in done.stdout


def test_fixing_again_changes_nothing(folder: Path, fixed: Path) -> None:
    before = fixed.read_bytes()
    assert run("fix", "--unsafe-fixes", "fixed.md", folder=folder).returncode == 0
    assert fixed.read_bytes() == before


def test_safe_fixes_leave_the_torch_block_alone(folder: Path) -> None:
    done = run("fix", "-o", "safe.md", "post.md", folder=folder)
    assert done.returncode == 1
    old, new = read(POST), read(folder / "safe.md")
    assert new.blocks[2].source == old.blocks[2].source
    assert "XOR_data = tf.data" in new.blocks[0].source
    again = run("fix", "safe.md", folder=folder)
    assert again.returncode == 1
    assert read(folder / "safe.md").text == new.text


def test_safe_fixes_first_do_not_take_the_others_away(folder: Path) -> None:
    """A data set that a Keras block now defines reaches the torch block below it."""
    (folder / "twice.md").write_bytes(POST.read_bytes())
    assert run("fix", "twice.md", folder=folder).returncode == 1
    done = run("fix", "--unsafe-fixes", "twice.md", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    report = validated(run("check", "--output-format", "json", "twice.md", folder=folder).stdout)
    assert verdicts(report) == ["passed"] * 3
    assert "loss.backward()" in read(folder / "twice.md").blocks[2].source


def test_only_lines_of_the_edits_change(fixed: Path) -> None:
    published, mended = POST.read_text("utf-8").splitlines(), fixed.read_text("utf-8").splitlines()
    missing = [line for line in published if line not in mended]
    assert missing == ["model.compile(loss='cross_entropy', optimizer='adam')", "model.train(XOR_data, epochs=10)"]


def test_git_applies_the_diff(folder: Path, fixed: Path, tmp_path: Path) -> None:
    done = run("fix", "--unsafe-fixes", "--diff", "post.md", folder=folder)
    assert done.returncode == 1
    (tmp_path / "post.md").write_bytes(POST.read_bytes())
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], input=done.stdout, text=True, cwd=tmp_path, check=True)
    assert (tmp_path / "post.md").read_bytes() == fixed.read_bytes()
    assert run("fix", "--diff", "fixed.md", folder=folder).returncode == 0


def test_every_run_gives_the_same_report(folder: Path) -> None:
    command = ("check", "--no-cache", "--output-format", "json", "post.md")
    first, second = (run(*command, folder=folder).stdout for _ in range(2))
    # Keras prints the time of its steps.
    one, other = (timeless(validated(report), "stdout") for report in (first, second))
    assert differences(one, other) == []
