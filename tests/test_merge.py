"""`dlexamples report merge`: what several machines report is what one would have reported."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract import differences, timeless, validated
from test_cli import Done, run

from dlexamples import reports
from dlexamples.executors.local import run as run_here
from dlexamples.formats import read
from dlexamples.merging import merged
from dlexamples.model import Curve, Policy, Reports, Verdict
from dlexamples.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

MIXED = """\
# Mixed

```python
print(np.zeros(2))
```

```python
def never_called():
    return missing
```

<!-- dlexamples: skip reason="needs 8 GPUs" -->
```python
1 / 0
```

```pycon
>>> 1 + 1
3
```

```python
import sys
print("half", file=sys.stderr)
print(undefined_name, [1][1])
```

```text
output
```

<!-- dlexamples: nonsense -->

```python
import matplotlib.pyplot as plt
plt.plot([1, 2])
"""
GOOD = "# A\n\n```python\nx = 1\n```\n"
FILLED = "# A\n\n```python\nprint(np.zeros(2))\n```\n"
BROKEN = "# A\n\n```python\nprint(missing)\n```\n"
PROSE = "# A\n\ntext\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in (("a", MIXED), ("b", GOOD), ("c", FILLED), ("d", BROKEN), ("e", PROSE)):
        (docs / f"{name}.md").write_text(text, encoding="utf-8")
    return tmp_path


def check(folder: Path, output: str, *arguments: str) -> Done:
    return run("check", "--output-format", "json", "-o", output, *arguments, folder=folder)


def shards(folder: Path, count: int, *arguments: str) -> list[str]:
    """The files of the reports of all shards, the last first."""
    names = [f"shard-{index}.json" for index in range(count, 0, -1)]
    for index, name in zip(range(count, 0, -1), names, strict=True):
        check(folder, name, "--shard", f"{index}/{count}", *arguments)
    return names


def merge(folder: Path, *arguments: str) -> Done:
    return run("report", "merge", *arguments, folder=folder)


def loaded(path: Path) -> Any:
    return validated(path.read_text("utf-8"))


def test_a_report_is_rebuilt_from_its_json(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    ran = run_here([read(Path("docs/a.md")), read(Path("docs/e.md"))], Settings())
    assert not ran.faults
    made = list(ran.reports)
    curved = replace(made[0].outcomes[0], curves=(Curve("loss", (1.0, 0.5), 3),))
    made[0] = replace(made[0], named=False, outcomes=(curved, *made[0].outcomes[1:]))
    policy = Policy(frozenset({Verdict.PASSED}))
    written = io.StringIO()
    reports.write("json", made, policy, written)
    Path("report.json").write_text(written.getvalue(), encoding="utf-8")
    again = merged([Path("report.json")])
    assert again == Reports(tuple(made))
    assert {o.verdict for o in again[0].outcomes} >= {Verdict.FILLED, Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED}
    assert any(o.figures for o in again[0].outcomes)
    assert any(o.only_defines for o in again[0].outcomes)
    assert again[0].document.flaws or any(o.block.flaws for o in again[0].outcomes)
    for name in reports.names():
        told = [io.StringIO(), io.StringIO()]
        reports.write(name, made, policy, told[0])
        reports.write(name, again, policy, told[1])
        assert told[0].getvalue() == told[1].getvalue()


def test_shards_become_the_report_of_one_machine(folder: Path) -> None:
    # The order in which posts are asked for is the order in which they are told.
    paths = ("docs/d.md", "docs")
    whole = check(folder, "whole.json", *paths)
    files = shards(folder, 3, *paths)
    done = merge(folder, "--output-format", "json", *files)
    assert differences(timeless(validated(done.stdout)), timeless(loaded(folder / "whole.json"))) == []
    assert (done.returncode, done.stderr) == (whole.returncode, "") == (1, "")
    text = merge(folder, *files)
    assert text.stdout == merge(folder, *sorted(files)).stdout
    assert text.stdout.count("docs/d.md:3") == 1
    merge(folder, "-o", "merged.txt", *files)
    assert (folder / "merged.txt").read_text("utf-8") == text.stdout


CODES: dict[str, tuple[list[str], list[str]]] = {
    "accepted": (["docs/b.md", "docs/c.md"], []),
    "not accepted": (["docs/b.md", "docs/c.md"], ["--strict"]),
    "broken": (["docs/b.md", "docs/d.md"], ["--accept", "filled,repaired"]),
    "prose in a folder": (["docs/b.md", "docs/c.md", "prose"], []),
    "prose that is named": (["docs/b.md", "docs/c.md", "docs/e.md"], []),
    "prose alone": (["prose"], []),
    "unreadable": (["docs/b.md", "docs/c.md", "docs/latin.md"], []),
}


@pytest.mark.parametrize("name", CODES)
def test_the_exit_code_is_that_of_one_machine(folder: Path, name: str) -> None:
    (folder / "prose").mkdir()
    (folder / "prose" / "a.md").write_text(PROSE)
    (folder / "docs" / "latin.md").write_bytes(b"# caf\xe9\n")
    paths, policy = CODES[name]
    expected = {"accepted": 0, "prose in a folder": 0, "unreadable": 2, "prose alone": 5, "prose that is named": 5}
    assert check(folder, "whole.json", *policy, *paths).returncode == expected.get(name, 1)
    done = merge(folder, *policy, *shards(folder, 2, *paths))
    assert done.returncode == expected.get(name, 1), done.stderr


def test_faults_and_problems_are_carried_on(folder: Path) -> None:
    check(folder, "b.json", "docs/b.md")
    tree = loaded(folder / "b.json") | {"faults": ["Traceback: ours"], "problems": ["x.md: no such file"]}
    (folder / "b.json").write_text(json.dumps(tree))
    check(folder, "c.json", "docs/c.md")
    done = merge(folder, "--output-format", "json", "b.json", "c.json")
    report = validated(done.stdout)
    assert (done.returncode, report["faults"], report["problems"]) == (2, tree["faults"], tree["problems"])
    assert "our own fault" in done.stderr
    assert "Traceback: ours" in done.stderr


def test_reports_of_different_posts_are_joined(folder: Path) -> None:
    check(folder, "c.json", "docs/c.md", "docs/b.md")
    check(folder, "b.json", "docs/b.md", "docs/d.md")
    done = merge(folder, "--output-format", "json", "c.json", "b.json")
    found = [document["path"] for document in validated(done.stdout)["documents"]]
    # The same post with the same result is told once.
    assert found == ["docs/c.md", "docs/b.md", "docs/d.md"]


def _other_verdict(tree: Any) -> None:
    tree["documents"][0]["blocks"][0]["stdout"] = "other\n"


def _other_text(tree: Any) -> None:
    tree["documents"][0]["sha256"] = "0" * 64


def _older(tree: Any) -> None:
    del tree["documents"][0]["sha256"]


def _older_block(tree: Any) -> None:
    del tree["documents"][0]["blocks"][0]["only_defines"]


def _fewer_blocks(tree: Any) -> None:
    tree["documents"][0]["blocks"].clear()


def _another_id(tree: Any) -> None:
    tree["documents"][0]["blocks"][0]["id"] = "z-1"


def _broken(tree: Any) -> None:
    tree["documents"][0]["blocks"][0]["lines"] = "three"


def _newer(tree: Any) -> None:
    tree["schema_version"] = 2


CHANGED: dict[str, tuple[Callable[[Any], None], list[str], str]] = {
    "told twice": (_other_verdict, ["c.json"], "c.json and changed.json say different things of docs/c.md"),
    "two texts": (_other_text, ["c.json"], "c.json and changed.json tell of two texts of docs/c.md"),
    "another text": (_other_text, [], "docs/c.md has changed since changed.json was written"),
    "an older one": (_older, [], "changed.json was written by an older dlexamples: 'sha256' is missing"),
    "an older block": (_older_block, [], "changed.json was written by an older dlexamples: 'only_defines' is missing"),
    "other blocks": (_fewer_blocks, [], "changed.json was written by another dlexamples: docs/c.md"),
    "other ids": (_another_id, [], "block 'z-1' of line 3 is read as 'a-1' of line 3"),
    "no number": (_broken, [], "changed.json is no report of dlexamples: report.documents[0].blocks[0].lines must be"),
    "a newer one": (_newer, [], "changed.json is no report of dlexamples: report.schema_version must be"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_reports_that_do_not_fit(folder: Path, name: str) -> None:
    change, others, said = CHANGED[name]
    check(folder, "c.json", "docs/c.md")
    tree = loaded(folder / "c.json")
    change(tree)
    (folder / "changed.json").write_text(json.dumps(tree))
    done = merge(folder, *others, "changed.json")
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    assert said in done.stderr


NO_REPORTS: dict[str, str | bytes] = {
    "a post": "# A\n",
    "a list": "[]",
    "another tool's": '{"version": "2.1.0", "runs": []}',
    "null": "null",
    "nothing": "",
    "not UTF-8": b"\xff\xfe{",
}


@pytest.mark.parametrize("name", NO_REPORTS)
def test_a_file_that_is_no_report(tmp_path: Path, name: str) -> None:
    content = NO_REPORTS[name]
    (tmp_path / "x.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    done = merge(tmp_path, "x.json")
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    assert "x.json is no report of dlexamples" in done.stderr


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for name in ("gone.json", "."):
        done = merge(tmp_path, name)
        assert (done.returncode, f"{name} cannot be read" in done.stderr) == (2, True)
    assert merge(tmp_path).returncode == 2


def test_a_post_that_is_gone_or_has_changed(folder: Path) -> None:
    check(folder, "c.json", "docs/c.md")
    (folder / "docs" / "c.md").write_text(FILLED + "\nmore\n")
    done = merge(folder, "c.json")
    assert (done.returncode, "docs/c.md has changed since c.json was written" in done.stderr) == (2, True)
    (folder / "docs" / "c.md").unlink()
    done = merge(folder, "c.json")
    assert (done.returncode, "c.json tells of a post that is not here: docs/c.md" in done.stderr) == (2, True)


def test_a_report_is_not_written_over_a_post(folder: Path) -> None:
    check(folder, "c.json", "docs/c.md")
    done = merge(folder, "c.json", "-o", "docs/c.md")
    assert (done.returncode, "docs/c.md is a post" in done.stderr) == (2, True)
    assert (folder / "docs" / "c.md").read_text() == FILLED


def test_shards_that_do_not_fit(folder: Path) -> None:
    files = shards(folder, 4, "docs/b.md", "docs/c.md")
    done = merge(folder, *files[:2])
    assert (done.returncode, "shards 1/4, 2/4 missing" in done.stderr, done.stdout) == (2, True, "")
    assert "shard 4/4 missing" in merge(folder, *files[1:]).stderr
    assert merge(folder, *files, files[0]).returncode == 0
    check(folder, "whole.json", "docs/b.md")
    assert "whole.json is no shard, and shard-4.json is one of 4" in merge(folder, *files, "whole.json").stderr
    check(folder, "half.json", "--shard", "1/2", "docs/b.md", "docs/c.md")
    assert "half.json is shard 1/2, and shard-4.json is one of 4" in merge(folder, *files, "half.json").stderr
    check(folder, "other.json", "--shard", "4/4", "docs/b.md", "docs/d.md")
    said = merge(folder, "other.json", *files[1:]).stderr
    assert "other.json is of a run with docs/d.md, and shard-3.json of one without" in said
    check(folder, "turned.json", "--shard", "4/4", "docs/c.md", "docs/b.md")
    assert "have the posts in another order" in merge(folder, "turned.json", *files[1:]).stderr


def test_a_post_that_no_shard_tells_of(folder: Path) -> None:
    files = shards(folder, 2, "docs/b.md", "docs/c.md")
    for name in files:
        tree = loaded(folder / name)
        tree["documents"] = [document for document in tree["documents"] if document["path"] != "docs/c.md"]
        (folder / name).write_text(json.dumps(tree))
    done = merge(folder, *files)
    assert (done.returncode, "no shard tells of docs/c.md" in done.stderr) == (2, True)


def test_the_page_of_merged_reports_is_that_of_the_run(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nhtml = "settings.html"\n', encoding="utf-8")
    checked = check(folder, "report.json", "docs", "--html", "run.html")
    assert checked.returncode == 1
    assert merge(folder, "report.json", "--html", "docs/merged.html").returncode == 1
    assert merge(folder, "report.json").returncode == 1
    pages = [(folder / name).read_text("utf-8") for name in ("run.html", "docs/merged.html", "settings.html")]
    assert pages[0] == pages[1] == pages[2]
    assert pages[0].count("<article ") == 10


def test_the_page_is_not_written_over_a_post(folder: Path) -> None:
    check(folder, "report.json", "docs/b.md")
    for command in (("report", "merge", "report.json"), ("check", "docs/b.md")):
        done = run(*command, "--html", "docs/b.md", folder=folder)
        assert (done.returncode, "is a post that is checked" in done.stderr) == (2, True)
    assert (folder / "docs" / "b.md").read_text("utf-8") == GOOD
