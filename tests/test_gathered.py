"""Many posts and reports lie on the disk, and are the same as few."""

from __future__ import annotations

import gc
import io
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.baseline import applied, entries_of, save
from dlexamples.check import check
from dlexamples.commands.asking import asked_for
from dlexamples.commands.telling import exit_code
from dlexamples.formats import parse
from dlexamples.gathered import FEW, Shelf, gathered
from dlexamples.model import Policy, Report, Reports, Verdict
from dlexamples.page import write_page
from dlexamples.posts import find, opened
from dlexamples.reports import names, write
from dlexamples.run.conditions import Conditions
from dlexamples.run.runner import Runner
from dlexamples.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.run.pool import Pool


@pytest.mark.parametrize("number", [0, 1, FEW, FEW + 1, 10 * FEW])
def test_they_are_a_sequence(number: int) -> None:
    items = [("item", n) for n in range(number)]
    found = gathered(iter(items), number)
    assert list(found) == items
    assert len(found) == number
    assert list(found[1:3]) == items[1:3]
    assert list(found) == items  # Once more.
    if items:
        assert found[-1] == items[-1]
    with pytest.raises(IndexError):
        found[number]


def test_few_are_the_same_objects_and_many_are_read_anew() -> None:
    one = ["item"]
    assert gathered([one], 1)[0] is one
    many = gathered([one] * (FEW + 1), FEW + 1)
    assert many[0] == one
    assert many[0] is not many[0]


def test_a_shelf_is_used_from_several_threads() -> None:
    shelf: Shelf[str] = Shelf()
    texts = [str(n) * 1000 for n in range(200)]
    places: dict[str, tuple[int, int]] = {}

    def put(texts: Iterator[str]) -> None:
        for text in texts:
            places[text] = shelf.put(text)
            assert shelf.get(places[text]) == text

    threads = [threading.Thread(target=put, args=(iter(texts[n::4]),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [shelf.get(places[text]) for text in texts] == texts


def test_the_file_goes_with_the_last_who_looks_at_it() -> None:
    shelf: Shelf[str] = Shelf()
    file = shelf._file
    found = shelf.sequence([shelf.put("a")])
    del shelf
    gc.collect()
    assert found[0] == "a"
    del found
    gc.collect()
    assert file.closed


def test_posts_that_cannot_be_read_are_told_of_many_too(tmp_path: Path) -> None:
    for n in range(FEW + 1):
        (tmp_path / f"{n:03}.md").write_text(f"```python\nx = {n}\n```\n")
    (tmp_path / "007.md").write_bytes(b"\xff\xfe\x00")
    asked = opened(find([tmp_path]))
    assert [path.name for path in asked.read] == [f"{n:03}.md" for n in range(FEW + 1) if n != 7]
    assert [document.path for document in asked.documents] == list(asked.read)
    assert asked.documents[-1] == parse(asked.read[-1], asked.read[-1].read_text())
    assert len(asked.problems) == 1
    assert asked_for([tmp_path], (), Settings()).documents[3].blocks[0].source == "x = 3\n"


def test_a_check_of_many_posts_tells_of_each(tmp_path: Path) -> None:
    """Text, JSON and exit code, where all of them lie on the disk."""
    for n in range(FEW + 2):
        (tmp_path / f"{n:03}.md").write_text(f"```python\nx = {n}\n```\n")
    (tmp_path / "041.md").write_text("```python\nx = (\n```\n")
    command = [sys.executable, "-m", "dlexamples", "check", "--static", "--report", "json=report.json", "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert f"{FEW + 2} blocks: 1 failed, {FEW + 1} skipped" in done.stdout
    assert "--> 041.md:2:5" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert [each["path"] for each in report["documents"]] == [f"{n:03}.md" for n in range(FEW + 2)]
    assert [each["path"] for each in report["documents"] if each["blocks"][0]["verdict"] == "failed"] == ["041.md"]


@pytest.fixture(scope="module")
def reports(pool: Pool) -> list[Report]:
    """Of posts with all that a report tells of: a mend, a failure, a fill, a fence that is broken, output."""
    texts = {
        "one.md": "# A\n\n```python\nimport numpy as np\nx = np.float(3)\nprint(x)\n```\n\n```python\nmissing\n```\n",
        "two.md": "```python\nprint(1)\nprint(2)\n```\n\n```bash\nls\n```\n\n```python\nnp.ones(3)\n```\n",
        "three.md": "```python\nassert False\n```\n\n```python\nx = (\n",
        "four.md": "Prose alone.\n",
    }
    documents = [parse(Path(name), text) for name, text in texts.items()]
    found = [(each, list(check(each, Runner(pool, each, Conditions(device="cpu"))))) for each in documents]
    return [Report(each, tuple(in_order(each, outcomes)), named=False) for each, outcomes in found]


POLICY = Policy(frozenset({Verdict.PASSED, Verdict.FILLED, Verdict.SKIPPED, Verdict.NOT_PYTHON}))


@pytest.mark.parametrize("name", [*names(), "html", "baseline", "exit code"])
def test_each_format_tells_the_same_of_reports_on_the_disk(
    reports: list[Report],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def told(found: Reports) -> str:
        stream, file = io.StringIO(), tmp_path / "file"
        if name == "html":
            write_page(file, found, POLICY)
        elif name == "baseline":
            entries = entries_of(found, POLICY, tmp_path)
            save(file, entries)
            write("json", applied(found, POLICY, entries[1:], tmp_path).reports, POLICY, stream)
        elif name == "exit code":
            exit_code(found)
            stream.write(f"{exit_code(found, POLICY)} {capsys.readouterr().err}")
        else:
            write(name, found, POLICY, stream)
        return stream.getvalue() + (file.read_text("utf-8") if file.exists() else "")

    in_memory = told(Reports(tuple(reports)))
    monkeypatch.setattr("dlexamples.gathered.FEW", 0)
    on_disk = Reports(gathered(reports, len(reports)))
    assert on_disk[0] is not on_disk[0]
    assert told(on_disk) == in_memory
    assert in_memory
