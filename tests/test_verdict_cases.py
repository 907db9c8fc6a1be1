"""Each post of cases/verdicts and cases/sessions holds, in its last comment, what a check says of its blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.fix import fix
from dlexamples.formats import parse, read, write
from dlexamples.model import Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Document, Outcome
    from dlexamples.run.pool import Pool

FOLDER = Path(__file__).parent / "cases"
CASES = sorted([*(FOLDER / "verdicts").glob("*.*"), *(FOLDER / "sessions").glob("*.md")])
EXPECTED = re.compile(r"<!-- expected\n(.*?)-->\n?\Z", re.DOTALL)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_verdicts(path: Path, pool: Pool, update_cases: bool) -> None:
    document = read(path)
    outcomes = outcomes_of(document, pool)
    found = "".join(f"{line}\n" for line in listing(document, outcomes))
    if update_cases:
        write(path, EXPECTED.sub(lambda _: f"<!-- expected\n{found}-->\n", document.text))
        return
    expected = EXPECTED.search(document.text)
    assert expected, "the case says what it expects"
    assert found == expected[1]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_fixed_passes(path: Path, pool: Pool) -> None:
    document = read(path)
    outcomes = outcomes_of(document, pool)
    fixed = fix(document, outcomes, Runner(pool, document, Conditions(device="cpu")), "auto", unsafe=True)
    again = parse(path, fixed.text)
    left = outcomes_of(again, pool)
    assert sum(o.verdict is Verdict.PASSED for o in left) == sum(ran(o) for o in outcomes)
    assert not any(outcome.edits for outcome in left)


def ran(outcome: Outcome) -> bool:
    return outcome.verdict in {Verdict.PASSED, Verdict.FILLED, Verdict.REPAIRED}


def outcomes_of(document: Document, pool: Pool) -> list[Outcome]:
    runner = Runner(pool, document, Conditions(device="cpu"))
    found = in_order(document, check(document, runner))
    assert not runner.faults
    return found


def listing(document: Document, outcomes: list[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        block = outcome.block
        yield f"{block.id} {block.line}-{block.end_line} {outcome.verdict.value} {outcome.session or '-'}"
        if outcome.verdict not in {Verdict.PASSED, Verdict.NOT_PYTHON}:
            yield f"    reason: {outcome.reason}"
        if outcome.verdict is Verdict.PASSED:
            yield from (f"    supplied: {fill.name}: {fill.dataset} ({fill.claim.value})" for fill in outcome.fills)
        for told in outcome.diagnostics:
            yield f"    {told.code} {told.level} {told.span.line}:{told.span.column} {told.message}"
    for flaw in document.flaws:
        told = flaw.diagnostic
        yield f"document: {told.code} {told.level} {told.span.line}:{told.span.column} {told.message}"
