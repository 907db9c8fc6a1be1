"""`explain`'s examples, run: each gives its code, and what it says to write instead runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.explain import codes, explain
from dlexamples.formats import parse
from dlexamples.model import Outcome, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_EXAMPLE = {"DL002": "a post without a block", "DL904": "our own fault"}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool() as pool:
        yield pool


def outcomes(pool: Pool, code: str, heading: str) -> list[Outcome]:
    """The outcomes of the post under one heading of a code's page: one that is shown with its fences, or else the
    Python blocks."""
    page = parse(Path(f"{code}.md"), explain(code))
    under = [block for block in page.blocks if block.heading[-1] == heading]
    shown = [block.source for block in under if block.language == "markdown" and "```" in block.source]
    fences = [f"```python\n{block.published}```\n\n" for block in under if block.is_python]
    assert shown or fences, f"{code} has no Python block under {heading}"
    post = parse(Path("post.md"), "".join(shown or fences))
    timeout = 2.0 if code == "DL901" else 60.0
    runner = Runner(pool, post, Conditions(timeout=timeout, device="cpu"))
    found = in_order(post, check(post, runner))
    assert not runner.faults
    return found


@pytest.mark.parametrize("code", [code for code in codes() if code not in NO_EXAMPLE])
def test_the_example_gives_the_code(pool: Pool, code: str) -> None:
    found = outcomes(pool, code, "Example")
    assert code in [diagnostic.code for outcome in found for diagnostic in outcome.diagnostics], found


@pytest.mark.parametrize("code", [code for code in codes() if code not in NO_EXAMPLE])
def test_what_to_use_instead_runs(pool: Pool, code: str) -> None:
    found = outcomes(pool, code, "Use instead")
    assert {outcome.verdict for outcome in found} - {Verdict.NOT_PYTHON} == {Verdict.PASSED}, found
    assert not [diagnostic for outcome in found for diagnostic in outcome.diagnostics], found
