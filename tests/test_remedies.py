"""Errors that nothing mends say what would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.run.conditions import Conditions
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from dlexamples.model import Diagnostic
    from dlexamples.run.pool import Pool


def told(pool: Pool, block: str) -> tuple[Diagnostic, ...]:
    document = parse(Path("post.md"), f"# A\n\n```python\n{block}\n```\n")
    (outcome,) = check(document, Runner(pool, document, Conditions(device="cpu")))
    return outcome.diagnostics


def test_an_error_of_a_library_may_be_meant(pool: Pool) -> None:
    (found,) = told(pool, "{}['x']")
    assert found.fix
    assert (found.code, found.fix.applicability.value) == ("DL204", "display")
    assert "`<!-- dlexamples: raises KeyError -->`" in found.fix.description
    assert not told(pool, "# dlexamples: raises KeyError\n{}['x']")


def test_what_has_a_fix_keeps_it(pool: Pool) -> None:
    assert [d.fix.applicability.value for d in told(pool, "np.zeros(3)") if d.fix] == ["safe"]


def test_a_mend_is_told_where_the_block_fails_further_down(pool: Pool) -> None:
    first, second = told(pool, "x = np.zeros(3)\nassert x.sum() == 1")
    assert (first.code, first.fix) == ("DL103", None)
    assert "is offered once the rest of the block runs: add `import numpy as np`" in first.message
    assert second.code == "DL205"
    assert second.fix
    assert second.fix.description.startswith("find out which is wrong, the claim or the code")


def test_a_fence_that_may_be_no_python_gets_one_advice(pool: Pool) -> None:
    (found,) = told(pool, "y = w * x + b of a line")
    assert (found.code, "label the fence" in found.message, found.fix) == ("DL001", True, None)
