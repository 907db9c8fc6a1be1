"""`list`: every fence one row, and totals whose sum is the number of fences."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from test_cli import run

from dlexamples.formats import parse, read
from dlexamples.formats.layout import apply
from dlexamples.ledger import Ledger, ledger, other_languages, total
from dlexamples.reports.terminal.ledger import plain, table
from dlexamples.reports.terminal.surface import Surface

HERE = Path(__file__).parent
CODES = HERE.parent / "dlexamples" / "codes"
CORPUS = HERE.parent.parent / "shared" / "corpus" / "docs"
DOCUMENTS = sorted([*(HERE / "cases").rglob("*.md"), *CORPUS.glob("*.md*")])
COUNTED = sorted([*(HERE / "cases" / "document").glob("*.md*"), *CORPUS.glob("*.md*")])

MIXED = """\
# Train

```python
import torch
```

<!-- dlexamples: skip reason="needs 8 GPUs" -->
```python
model = torch.nn.Linear(2, 1)
```

```python no_run
import os
```

<!-- dlexamples: sikp -->
```bash
ls
```

```text
import torch
x = torch.ones(2)
```

```python
if x
```
"""


def of(text: str) -> Ledger:
    return ledger(parse(Path("post.md"), text))


def test_each_fence_has_a_row() -> None:
    found = of(MIXED)
    assert [(row.block.line, row.block.language, row.session, row.outlook) for row in found.rows] == [
        (3, "python", "session-1", "run"),
        (8, "python", "session-1", "skipped"),
        (12, "python", "session-2", "checked, not run"),
        (17, "bash", "", "not Python"),
        (21, "text", "", "not Python"),
        (26, "python", "session-3", "run"),
    ]
    assert found.totals == {"run": 2, "checked, not run": 1, "skipped": 1, "not Python": 2}
    assert found.languages == {"bash": 1, "text": 1}


FORCE = {
    'skip reason="no disk"': ["skipped: no disk"],
    "no-run": ["its calls are checked, and nothing is run"],
    "raises ValueError": ["must end with ValueError"],
    "timeout 120": ["has 120 s"],
    "epochs 1": ["trains for 1 epoch"],
    "device cuda": ["runs on cuda"],
    "session one": ["shares the session one"],
    "ignore[DL201, DL203]": ["DL201, DL203 is not told"],
}


@pytest.mark.parametrize("marker", FORCE)
def test_what_is_in_force_is_told(marker: str) -> None:
    (row,) = of(f"<!-- dlexamples: {marker} -->\n```python\nx = 1\n```\n").rows
    assert list(row.in_force) == FORCE[marker]


def test_alternatives_that_are_not_here() -> None:
    text = "```python\n%%tab mxnet\nx = 1\n```\n\n```python\n%%tab all\nx = 1\n```\n"
    found = of(text)
    assert [(row.outlook, row.session, list(row.in_force)) for row in found.rows] == [
        ("skipped", "", ["skipped: mxnet is not installed here"]),
        ("run", "session-1", []),
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.parametrize("mode", ["auto", "block"])
def test_totals_are_the_number_of_fences(path: Path, mode: str) -> None:
    document = read(path)
    found = ledger(document, mode)
    assert [row.block for row in found.rows] == list(document.blocks)
    assert sum(found.totals.values()) == len(found.rows)
    assert sum(found.languages.values()) == found.totals.get("not Python", 0)
    for row in found.rows:
        is_for_others = any(each.endswith("is not installed here") for each in row.in_force)
        assert bool(row.session) == (row.block.is_python and not is_for_others)


def test_totals_of_all_documents() -> None:
    found = [of(MIXED), of("```python\nx = 1\n```\n"), of("text\n")]
    assert total(found) == {"run": 3, "checked, not run": 1, "skipped": 1, "not Python": 2}
    assert other_languages(found) == {"bash": 1, "text": 1}


# An independent count: rows that open and close fences, told by one expression each.

ROW = re.compile(r"^(?P<before>[\s>]*(?:(?:[-+*]|\d+[.)])\s+[\s>]*)*)(?P<marker>`{3,}|~{3,})(?P<info>.*)$")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LAYOUT = {"DL003", "DL004", "DL007"}
"""Where a fence is broken, the rows are counted as the author is told to write them."""
DISAGREEMENTS = {
    "directives.md": "a directive whose body is Markdown is no fence, but those inside it are; colons open fences too",
    "indented_fence.md": "four blanks before a marker make it indented code, and counting takes off any indentation",
    "html.md": "what <pre>, <script> and <style> hold is text",
}
"""Documents whose fences cannot be counted so simply, and why."""


def counted(text: str) -> list[int]:
    """The lines, from 1, on which fences open."""
    found: list[int] = []
    opening: re.Match[str] | None = None
    blank = COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text.removeprefix("\ufeff"))
    for number, line in enumerate(re.split(r"\r\n|\r|\n", blank), 1):
        row = ROW.match(line)
        if not row:
            continue
        if opening is None and not ("`" in row["marker"] and "`" in row["info"]):
            opening = row
            found.append(number)
        elif opening is not None and closes(row, opening):
            opening = None
    return found


def closes(row: re.Match[str], opening: re.Match[str]) -> bool:
    is_as_long = row["marker"].startswith(opening["marker"]) and not row["info"].strip()
    is_beside = row["before"].count(">") == opening["before"].count(">")
    return is_as_long and is_beside and row.end("before") <= opening.end("before") + 3


@pytest.mark.parametrize("path", COUNTED, ids=lambda path: path.name)
def test_no_fence_is_missing_that_counting_finds(path: Path) -> None:
    document = read(path)
    flaws = [flaw for block in document.blocks for flaw in block.flaws if flaw.diagnostic.code in LAYOUT]
    text = apply(document.text, [edit for flaw in flaws for edit in flaw.edits])
    found = [block.line for block in parse(path, text).blocks if block.form == "fence"]
    assert (found == counted(text)) == (path.name not in DISAGREEMENTS)


# The command.


def test_the_table(tmp_path: Path) -> None:
    (tmp_path / "mixed.md").write_text(MIXED)
    done = run("list", "mixed.md", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    rows = done.stdout.splitlines()
    assert rows[0] == "mixed.md:3-5    train-1       python  session-1  the info string says python"
    assert '    marker    skip reason="needs 8 GPUs" (dlexamples, line 7)' in rows
    assert "    in force  skipped: needs 8 GPUs" in rows
    assert any(row.startswith("    near miss ") for row in rows)
    assert any(row.startswith("    warning   DL010: ") for row in rows)
    assert any("; does not parse: line 1, column 5: expected ':'" in row for row in rows)
    assert rows[-1] == "mixed.md: 6 fences: 2 run, 1 checked, not run, 1 skipped, 2 not Python (bash 1, text 1)"


def test_several_documents_have_one_sum(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("```python\nx = 1\n```\n")
    (tmp_path / "b.md").write_text("text\n")
    done = run("list", ".", folder=tmp_path)
    assert done.stdout.splitlines() == [
        "a.md:1-3  a-1  python  session-1  the info string says python",
        "a.md: 1 fence: 1 run",
        "",
        "b.md: 0 fences",
        "",
        "2 documents: 1 fence: 1 run",
    ]


def test_a_narrow_terminal() -> None:
    found = [ledger(parse(Path("a.md"), "```\nimport torch\nx = torch.ones(2)\n```\n"))]
    wide = [plain(row) for row in table(found, Surface(width=70), wrap=True)]
    assert wide == [
        "a.md:1-4  a-1  python  session-1  no info string; it parses as Python",
        "                                  and imports torch",
        "a.md: 1 fence: 1 run",
    ]
    narrow = [plain(row) for row in table(found, Surface(width=45), wrap=True)]
    assert narrow[:2] == ["a.md:1-4  a-1  python  session-1", "    no info string; it parses as Python and"]


def test_json(tmp_path: Path) -> None:
    (tmp_path / "mixed.md").write_text(MIXED)
    done = run("list", "--output-format", "json", "mixed.md", folder=tmp_path)
    told = json.loads(done.stdout)
    assert told["schema_version"] == 1
    (document,) = told["documents"]
    assert sum(document["totals"].values()) == sum(told["totals"].values()) == len(document["fences"]) == 6
    skipped = document["fences"][1]
    assert skipped["markers"] == [{"text": 'skip reason="needs 8 GPUs"', "dialect": "dlexamples", "line": 7}]
    assert (skipped["outlook"], skipped["in_force"]) == ("skipped", ["skipped: needs 8 GPUs"])


def test_a_session_mode(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("```python\nx = 1\n```\n\n```python\nx\n```\n")
    assert run("list", "a.md", folder=tmp_path).stdout.count("session-1") == 2
    assert run("list", "--session", "block", "a.md", folder=tmp_path).stdout.count("session-2") == 1


@pytest.mark.parametrize("fault", ["", "```python\nx = 1\n\nThis is prose.\n\n"], ids=["sound", "faulty"])
def test_ten_megabytes_are_listed_in_seconds(fault: str, tmp_path: Path) -> None:
    posts = "".join(path.read_text("utf-8") for path in sorted(CODES.glob("*.md")))
    half = posts * (5_000_000 // len(posts) + 1)
    text = half + fault + half
    (tmp_path / "long.md").write_text(text, "utf-8")
    start = time.process_time()
    done = run("list", "long.md", folder=tmp_path)
    # 4 s on an idle machine; the command runs in this process.
    assert time.process_time() - start < 10
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > text.count("```python")
