"""Each post of cases/corrections holds, in its last comment, what `fix --unsafe-fixes` writes for its trainings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.fix import fix, unified_diff
from dlexamples.formats import parse, read, write
from dlexamples.model import Applicability, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.limits import Limits
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from dlexamples.model import Document, Outcome
    from dlexamples.run.pool import Pool

FOLDER = Path(__file__).parent / "cases" / "corrections"
EXPECTED = re.compile(r"<!-- expected\n(.*?)-->\n?\Z", re.DOTALL)
KEPT = """```python
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_iris

iris = load_iris()
x, y = torch.tensor(iris.data, dtype=torch.float32), torch.tensor(iris.target)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(60):
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
```
"""


def outcomes(document: Document, runner: Runner) -> list[Outcome]:
    found = in_order(document, check(document, runner))
    assert not runner.faults
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_what_is_written(path: Path, pool: Pool, update_cases: bool) -> None:
    document = read(path)
    runner = Runner(pool, document, Conditions(device="cpu"))
    found = outcomes(document, runner)
    assert {outcome.verdict for outcome in found} == {Verdict.PASSED}
    assert all(outcome.runnable_source == outcome.block.source for outcome in found), (
        "the verdict is on what is published"
    )
    assert fix(document, found, runner, "auto", unsafe=False).text == document.text
    fixed = fix(document, found, runner, "auto", unsafe=True)
    diff = re.sub(r"(?m)^@@ .* @@$", "@@", unified_diff(Path("post.md"), document.text, fixed.text))
    if update_cases:
        write(path, EXPECTED.sub(lambda _: f"<!-- expected\n{diff}-->\n", document.text))
        return
    expected = EXPECTED.search(document.text)
    assert expected, "the case says what it expects"
    assert diff == expected[1]


def test_the_fix_is_the_diagnostics_own_and_is_gone_once_it_is_written(pool: Pool) -> None:
    document = parse(Path("post.md"), KEPT)
    runner = Runner(pool, document, Conditions(device="cpu"))
    (outcome,) = outcomes(document, runner)
    told = next(each for each in outcome.diagnostics if each.code == "DL411")
    assert told.fix
    assert told.fix.applicability is Applicability.UNSAFE
    assert told.fix.verified_on.startswith("CPU in ")
    (edit,) = told.fix.edits
    assert (edit.line, edit.end_line, edit.before, edit.after) == (13, 12, "", "    optimizer.zero_grad()\n")
    assert outcome.edits == ()
    after = parse(Path("post.md"), fix(document, [outcome], runner, "auto", unsafe=True).text)
    (fixed,) = outcomes(after, Runner(pool, after, Conditions(device="cpu")))
    assert (fixed.verdict, fixed.corrected_source) == (Verdict.PASSED, "")
    assert "DL411" not in {each.code for each in fixed.diagnostics}


def test_nothing_is_tried_where_nothing_is_to_be_mended(pool: Pool) -> None:
    document = parse(Path("post.md"), KEPT)
    runner = Runner(pool, document, Conditions(device="cpu", limits=Limits(tries=0)))
    (outcome,) = outcomes(document, runner)
    assert "DL411" in {each.code for each in outcome.diagnostics}
    assert {each.fix.applicability for each in outcome.diagnostics if each.fix} == {Applicability.DISPLAY}
    assert outcome.corrected_source == ""
