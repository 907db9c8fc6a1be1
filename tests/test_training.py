"""Each post of cases/training holds, in its last comment, what is said of its trainings; those of healthy/, nothing."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.formats import read, write
from dlexamples.model import Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool
from dlexamples.run.runner import Runner
from dlexamples.run.side_by_side import Lanes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Outcome

FOLDER = Path(__file__).parent / "cases" / "training"
EXPECTED = re.compile(r"<!-- expected\n(.*?)-->\n?\Z", re.DOTALL)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(lanes=2) as pool:
        yield pool


def outcomes(path: Path, pool: Pool, conditions: Conditions | None = None) -> list[Outcome]:
    document = read(path)
    with Lanes(2) as lanes:
        runner = Runner(pool, document, conditions or Conditions(device="cpu"), lanes=lanes)
        found = in_order(document, check(document, runner))
    assert not runner.faults
    return found


def told(outcome: Outcome) -> list[str]:
    of_training = [each for each in outcome.diagnostics if each.code.startswith("DL4")]
    return [f"    {each.code} {each.level} {each.span.line} {each.message}" for each in of_training]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_what_is_said(path: Path, pool: Pool, update_cases: bool) -> None:
    lines: list[str] = []
    for outcome in outcomes(path, pool):
        if not outcome.block.is_python:
            continue  # Output that the post shows.
        assert outcome.verdict is Verdict.PASSED, outcome.reason
        lines += [f"{outcome.block.id}: {outcome.block.heading[-1]}", *told(outcome)]
    compare(path, "".join(f"{line}\n" for line in lines), update_cases)


def compare(path: Path, found: str, update_cases: bool) -> None:
    """With what the case's last comment expects."""
    text = read(path).text
    if update_cases:
        write(path, EXPECTED.sub(lambda _: f"<!-- expected\n{found}-->\n", text))
        return
    expected = EXPECTED.search(text)
    assert expected, "the case says what it expects"
    assert found == expected[1]


@pytest.mark.parametrize("path", sorted((FOLDER / "healthy").glob("*.md")), ids=lambda path: path.stem)
def test_nothing_is_said_of_healthy_training(path: Path, pool: Pool) -> None:
    found = outcomes(path, pool)
    assert {outcome.verdict for outcome in found} == {Verdict.PASSED}, [outcome.reason for outcome in found]
    assert [line for outcome in found for line in told(outcome)] == []
    assert any(outcome.curves for outcome in found), "it trains, and is watched"


@pytest.mark.parametrize("path", sorted((FOLDER / "curves").glob("*.md")), ids=lambda path: path.stem)
def test_which_curves_there_are(path: Path, pool: Pool, update_cases: bool) -> None:
    """What is called the loss is the number that the block prints."""
    lines: list[str] = []
    for outcome in outcomes(path, pool):
        assert outcome.verdict is Verdict.PASSED, outcome.reason
        lines.append(f"{outcome.block.heading[-1]}")
        printed = [float(each) for each in outcome.stdout.split()]
        for curve in outcome.curves:
            lines.append(f"    {curve.name}, line {curve.line}, {len(curve.values)} {curve.unit or 'point'}s")
            if curve.every > 1:
                lines[-1] += f", one in {curve.every}"
            if curve.name.startswith("loss") and printed:
                assert [any(math.isclose(v, p, rel_tol=1e-4) for p in printed) for v in curve.values].count(False) == 0
    compare(path, "".join(f"{line}\n" for line in lines), update_cases)
