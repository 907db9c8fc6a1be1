"""`explain`'s examples, run: each gives its code, and what it says to write instead runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.explain import codes, explain
from dlexamples.formats import parse
from dlexamples.model import Document, Outcome, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.runner import Runner
from dlexamples.stated.compared import compared

if TYPE_CHECKING:
    from dlexamples.run.pool import Pool

IN_ITS_MESSAGE = {"DL013", "DL104", "DL105", *(f"DL50{n}" for n in range(2, 8)), "DL901", "DL906"}
"""Codes of errors whose own words say what would do: a block above, a package, a file, an option."""
WITH_EXAMPLE = [code for code in codes() if code != "DL904"]
"""Our own fault has none: one that we knew would be mended."""


def outcomes(pool: Pool, code: str, heading: str) -> tuple[list[Outcome], list[str]]:
    """The outcomes of the post under one heading of a code's page, one that is shown with its fences or else the Python
    blocks, and the codes that are told of it."""
    page = parse(Path(f"{code}.md"), explain(code))
    under = [block for block in page.blocks if block.heading[-1] == heading]
    shown = [block.source for block in under if block.language == "markdown" and "```" in block.source]
    fences = [f"```python\n{block.published}```\n\n" for block in under if block.is_python]
    assert shown or fences, f"{code} has no Python block under {heading}"
    post = compared(parse(Path("post.md"), "".join(shown or fences)))
    timeout = 2.0 if code == "DL901" else 60.0
    runner = Runner(pool, post, Conditions(timeout=timeout, device="cpu"))
    found = in_order(post, check(post, runner))
    assert not runner.faults
    return found, _told(post, found)


def _told(post: Document, found: list[Outcome]) -> list[str]:
    """The codes of all that is told."""
    if not any(block.is_python for block in post.blocks):
        return ["DL002"]
    diagnostics = [flaw.diagnostic for flaw in post.flaws] + [d for outcome in found for d in outcome.diagnostics]
    return [diagnostic.code for diagnostic in diagnostics]


@pytest.mark.parametrize("code", WITH_EXAMPLE)
def test_the_example_gives_the_code(pool: Pool, code: str) -> None:
    found, told = outcomes(pool, code, "Example")
    assert code in told, found
    errors = [diagnostic for outcome in found for diagnostic in outcome.diagnostics if diagnostic.level == "error"]
    assert not [error for error in errors if not error.fix and error.code not in IN_ITS_MESSAGE]


@pytest.mark.parametrize("code", WITH_EXAMPLE)
def test_what_to_use_instead_runs(pool: Pool, code: str) -> None:
    found, told = outcomes(pool, code, "Use instead")
    assert {outcome.verdict for outcome in found} - {Verdict.NOT_PYTHON} == {Verdict.PASSED}, found
    assert not told, found
