"""The baseline: what is known is let through and told, and nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from contract import validated
from test_cli import Done, run

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "# A\n\n```python\nx = 1\n```\n"
OLD = """\
# Old

```python
print(missing)
```

## Twice

```python
print(math.pi) if gone else None
```

```text
never run
```
"""
FILE = "dlexamples-baseline.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.md").write_text(OLD)
    (tmp_path / "good.md").write_text(GOOD)
    return tmp_path


def check(folder: Path, *arguments: str, tries: int = 0) -> Done:
    """Without a search for mends, which takes seconds and is none of the baseline's."""
    return run("check", "--tries", str(tries), *arguments, folder=folder)


def known_of(done: Done) -> list[tuple[str, str]]:
    """The blocks that are known: a post's path and an id each."""
    documents = validated(done.stdout)["documents"]
    return [(each["path"], block["id"]) for each in documents for block in each["blocks"] if "known" in block]


def entries(folder: Path, name: str = FILE) -> list[Any]:
    found: list[Any] = json.loads((folder / name).read_text("utf-8"))["entries"]
    return found


def test_what_fails_today_is_let_through_from_now_on(folder: Path) -> None:
    assert check(folder, ".").returncode == 1
    written = check(folder, "--write-baseline", ".")
    assert written.returncode == 0
    assert f"{FILE}: 2 known, 2 of them new; 0 taken out" in written.stderr
    assert "0 not accepted, 2 known" in written.stdout
    again = check(folder, "--baseline", FILE, ".")
    assert (again.returncode, again.stdout) == (0, written.stdout)
    assert check(folder, ".").returncode == 1


def test_entries_are_sorted_and_can_be_reviewed(folder: Path) -> None:
    (folder / "a.md").write_text(OLD)
    check(folder, "--write-baseline", "known.json", "old.md", "a.md")
    found = entries(folder, "known.json")
    assert [(each["path"], each["block"]) for each in found] == sorted((each["path"], each["block"]) for each in found)
    first = {key: value for key, value in found[0].items() if key != "sha256"}
    assert first == {"path": "a.md", "block": "old-1", "verdict": "failed", "codes": ["DL101"]}


EDITS = {
    "prose above": ("# Old\n", "# Old\n\nA new paragraph.\n"),
    "a block above": ("# Old\n", "# Old\n\n```python\ny = 2\n```\n"),
    "a heading": ("# Old\n", "# Much older\n"),
    "a block below": ("```text\n", "```python\nz = 3\n```\n\n```text\n"),
    "the other fence": ("never run\n", "never run, or never meant to\n"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_edits_elsewhere_leave_it_known(folder: Path, edit: str) -> None:
    check(folder, "--write-baseline", "old.md")
    (folder / "old.md").write_text(OLD.replace(*EDITS[edit]))
    done = check(folder, "--baseline", FILE, "--output-format", "json", "old.md")
    assert (done.returncode, len(known_of(done))) == (0, 2)
    assert "no longer occur" not in done.stderr


def test_an_edited_block_has_to_be_right(folder: Path) -> None:
    check(folder, "--write-baseline", "old.md")
    (folder / "old.md").write_text(OLD.replace("print(missing)", "print(missing, missing)"))
    done = check(folder, "--baseline", FILE, "old.md")
    assert (done.returncode, "1 not accepted, 1 known" in done.stdout) == (1, True)
    assert f"{FILE}: 1 known no longer occur (old.md old-1 DL101): --prune-baseline takes them out" in done.stderr


def test_a_new_failure_is_not_let_through(folder: Path) -> None:
    check(folder, "--write-baseline", ".")
    (folder / "good.md").write_text(GOOD.replace("x = 1", "x = 1 / 0"))
    done = check(folder, "--baseline", FILE, ".")
    assert (done.returncode, "1 not accepted, 2 known" in done.stdout) == (1, True)
    assert "ZeroDivisionError" in done.stdout


def test_a_copy_of_what_is_known_is_new(folder: Path) -> None:
    check(folder, "--write-baseline", "old.md")
    (folder / "old.md").write_text(OLD + "\n## Again\n\n```python\nprint(missing)\n```\n")
    done = check(folder, "--baseline", FILE, "--output-format", "json", "old.md")
    assert (done.returncode, known_of(done)) == (1, [("old.md", "old-1"), ("old.md", "twice-1")])


def test_of_copies_each_takes_its_own_entry(folder: Path) -> None:
    copies = "# A\n\n```python\nprint(missing)\n```\n\n# B\n\n```python\nprint(missing)\n```\n"
    (folder / "old.md").write_text(copies)
    check(folder, "--write-baseline", "old.md")
    tree = json.loads((folder / FILE).read_text())
    tree["entries"] = [each for each in tree["entries"] if each["block"] == "b-1"]
    (folder / FILE).write_text(json.dumps(tree))
    done = check(folder, "--baseline", FILE, "--output-format", "json", "old.md")
    assert (done.returncode, known_of(done)) == (1, [("old.md", "b-1")])


def test_a_known_block_that_fails_in_another_way_is_told(folder: Path) -> None:
    post = "# A\n\n```python\nx = {x}\n```\n\n```python\nprint(x[2])\n```\n"
    (folder / "old.md").write_text(post.format(x="[1]"))
    check(folder, "--write-baseline", "old.md")
    assert [each["codes"] for each in entries(folder)] == [["DL204"]]
    (folder / "old.md").write_text(post.format(x="__import__('a_package_that_no_one_has')"))
    done = check(folder, "--baseline", FILE, "old.md")
    assert (done.returncode, "not accepted" in done.stdout) == (1, True)
    assert "2 not accepted" in done.stdout


def test_a_verdict_that_is_worse_is_told_and_a_better_one_is_not(folder: Path) -> None:
    (folder / "old.md").write_text("# A\n\n```python\nprint(np.zeros(2))\n```\n")
    assert check(folder, "--strict", "--write-baseline", "old.md", tries=9).returncode == 0
    assert [(each["verdict"], each["codes"]) for each in entries(folder)] == [("filled", ["DL103"])]
    assert check(folder, "--strict", "--baseline", FILE, "old.md", tries=9).returncode == 0
    rewrite(folder, verdict="failed")
    assert check(folder, "--strict", "--baseline", FILE, "old.md", tries=9).returncode == 0
    rewrite(folder, verdict="passed")
    assert check(folder, "--strict", "--baseline", FILE, "old.md", tries=9).returncode == 1


def rewrite(folder: Path, **fields: Any) -> None:
    tree = json.loads((folder / FILE).read_text())
    tree["entries"] = [each | fields for each in tree["entries"]]
    (folder / FILE).write_text(json.dumps(tree))


def test_what_is_wrong_with_the_document_can_be_known(folder: Path) -> None:
    (folder / "old.md").write_text("# A\n\n```python\nx = 1\n```\n\n<!-- dlexamples: skip -->\n\nText.\n")
    assert check(folder, "old.md").returncode == 1
    assert check(folder, "--write-baseline", "old.md").returncode == 0
    assert [(each["block"], each["verdict"]) for each in entries(folder)] == [("", "document")]
    done = check(folder, "--baseline", FILE, "--output-format", "json", "old.md")
    assert (done.returncode, validated(done.stdout)["documents"][0]["known"]) == (0, [0])
    with (folder / "old.md").open("a") as post:
        post.write("\n<!-- dlexamples: skip -->\n")
    assert check(folder, "--baseline", FILE, "old.md").returncode == 1


def test_a_warning_of_the_document_that_is_an_error_here_can_be_known(folder: Path) -> None:
    (folder / "old.md").write_text("---\nrequires:\n  python: 3\n---\n\n```python\nx = 1\n```\n")
    assert check(folder, "old.md").returncode == 0
    done = check(folder, "--error", "DL507", "old.md")
    assert (done.returncode, "1 error in the post itself" in done.stdout) == (1, True)
    assert check(folder, "--error", "DL507", "--write-baseline", "old.md").returncode == 0
    assert check(folder, "--error", "DL507", "--baseline", FILE, "old.md").returncode == 0
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nerror = ["DL507"]\n')
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rx", "old.md"]
    assert "1 failed, 1 passed" in subprocess.run(command, capture_output=True, text=True, cwd=folder).stdout
    (folder / "pyproject.toml").write_text(f'[tool.dlexamples]\nerror = ["DL507"]\nbaseline = "{FILE}"\n')
    assert "1 passed, 1 xfailed" in subprocess.run(command, capture_output=True, text=True, cwd=folder).stdout


def test_the_other_exit_codes_stay(folder: Path) -> None:
    (folder / "prose.md").write_text("# A\n\nText.\n")
    assert check(folder, "--write-baseline", "prose.md", "old.md").returncode == 5
    assert check(folder, "--baseline", FILE, "prose.md", "old.md").returncode == 5
    assert check(folder, "--baseline", FILE, "nothing.md", "old.md").returncode == 2


def test_pruning_takes_out_what_no_longer_occurs_and_nothing_else(folder: Path) -> None:
    (folder / "other.md").write_text(OLD)
    check(folder, "--write-baseline", ".")
    (folder / "old.md").write_text(OLD.replace("print(missing)", "print(1)"))
    done = check(folder, "--baseline", FILE, "--prune-baseline", "old.md")
    assert "1 known no longer occur (old.md old-1 DL101): taken out" in done.stderr
    left = [(each["path"], each["block"]) for each in entries(folder)]
    assert left == [("old.md", "twice-1"), ("other.md", "old-1"), ("other.md", "twice-1")]
    (folder / "other.md").unlink()
    check(folder, "--baseline", FILE, "--prune-baseline", "old.md")
    assert [each["path"] for each in entries(folder)] == ["old.md"]


def test_writing_again_leaves_the_posts_that_were_not_checked(folder: Path) -> None:
    (folder / "other.md").write_text(OLD)
    check(folder, "--write-baseline", ".")
    (folder / "old.md").write_text(OLD.replace("print(missing)", "print(1)"))
    (folder / "other.md").write_text(OLD.replace("print(missing)", "print(1)"))
    done = check(folder, "--write-baseline", FILE, "old.md")
    assert f"{FILE}: 3 known, 0 of them new; 1 taken out" in done.stderr
    assert [(each["path"], each["block"]) for each in entries(folder)][-2:] == [
        ("other.md", "old-1"),
        ("other.md", "twice-1"),
    ]


@pytest.mark.parametrize("option", ["--prune-baseline", "--write-baseline"])
def test_what_was_not_run_is_not_taken_out(folder: Path, option: str) -> None:
    check(folder, "--write-baseline", "old.md")
    before = (folder / FILE).read_text()
    done = check(folder, "--static", "--baseline", FILE, option, "old.md")
    assert (done.returncode, (folder / FILE).read_text()) == (0, before)
    assert "no longer occur" not in done.stderr


def test_settings_name_the_baseline(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nposts = ["old.md"]\nbaseline = "ci/known.json"\n')
    (folder / "ci").mkdir()
    missing = check(folder)
    assert (missing.returncode, "the baseline" in missing.stderr, "cannot be read" in missing.stderr) == (2, True, True)
    assert check(folder, "--write-baseline").returncode == 0
    assert [each["path"] for each in entries(folder, "ci/known.json")] == ["../old.md", "../old.md"]
    assert check(folder).returncode == 0
    assert run("check", "../old.md", folder=folder / "ci").returncode == 0
    done = run("check", "old.md", folder=folder, DLEXAMPLES_BASELINE="nowhere.json")
    assert (done.returncode, "nowhere.json cannot be read" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no baseline, for it is not JSON"),
        ("[]", "is no baseline of dlexamples"),
        ('{"kind": "dlexamples-baseline", "version": 2, "entries": []}', "or of another version"),
        ('{"kind": "dlexamples-baseline", "version": 1, "entries": [{}]}', "an entry is broken"),
        ('{"kind": "dlexamples-baseline", "version": 1, "entries": [3]}', "an entry is broken"),
    ],
)
def test_what_is_no_baseline_is_not_read(folder: Path, text: str, said: str) -> None:
    (folder / "known.json").write_text(text)
    done = check(folder, "--baseline", "known.json", "old.md")
    assert (done.returncode, said in done.stderr, done.stdout) == (2, True, "")


def test_nothing_else_is_written_over(folder: Path) -> None:
    """A path behind the option is one of the posts."""
    assert check(folder, "--write-baseline", "old.md").returncode == 0
    assert (folder / "old.md").read_text() == OLD
    (folder / "package.json").write_text("{}")
    done = check(folder, "--write-baseline", "package.json", "old.md")
    assert (done.returncode, (folder / "package.json").read_text()) == (2, "{}")


def test_pruning_needs_a_baseline(folder: Path) -> None:
    done = check(folder, "--prune-baseline", "old.md")
    assert (done.returncode, "there is no baseline" in done.stderr) == (2, True)


def test_a_run_that_is_not_to_be_trusted_writes_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("ours")

    monkeypatch.setattr("dlexamples.check.check_session", broken)
    done = check(folder, "--write-baseline", "old.md")
    assert (done.returncode, (folder / FILE).exists()) == (2, False)


def test_shards_are_merged_under_a_baseline(folder: Path) -> None:
    check(folder, "--write-baseline", ".")
    for index in ("1/2", "2/2"):
        name = f"{index[0]}.json"
        check(folder, "--shard", index, "--output-format", "json", "-o", name, ".")
    assert run("report", "merge", "1.json", "2.json", folder=folder).returncode == 1
    done = run("report", "merge", "--baseline", FILE, "1.json", "2.json", folder=folder)
    assert (done.returncode, "0 not accepted, 2 known" in done.stdout) == (0, True)


def test_pytest_expects_what_is_known_to_fail(folder: Path) -> None:
    (folder / "old.md").write_text(OLD + "\n<!-- dlexamples: skip -->\n")
    (folder / "pyproject.toml").write_text(f'[tool.dlexamples]\nbaseline = "{FILE}"\ntries = 0\n')
    check(folder, "--write-baseline", "old.md")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rx", "old.md"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert (done.returncode, "3 xfailed" in done.stdout) == (0, True), done.stdout
    assert "known, let through by the baseline" in done.stdout
    (folder / "old.md").write_text(OLD.replace("print(missing)", "print(missing, 1)"))
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert (done.returncode, "1 failed, 1 xfailed" in done.stdout) == (1, True), done.stdout
    (folder / FILE).write_text("{}")
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert (done.returncode, "is no baseline" in done.stderr) == (4, True)
