"""Each post of cases/repair holds what a check makes of its blocks: mended text below them, verdicts at its end.

Blocks that need nothing from each other are sessions of their own: a post holds a family's cases with their near twins.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.check import check, check_session
from dlexamples.fix import fix
from dlexamples.formats import parse, splice
from dlexamples.model import Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.runner import Runner
from dlexamples.sessions import sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Document, Outcome
    from dlexamples.run.pool import Pool

FOLDER = Path(__file__).parent / "cases" / "repair"
CASES = sorted(FOLDER.glob("*/*.md"))
MENDED = re.compile(r"\n```python mended\n.*?^```\n", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"\n*<!-- expected\n(.*?)-->\n?\Z", re.DOTALL)
NEEDS = re.compile(r"<!-- needs (\w+) -->")


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_repairs(path: Path, pool: Pool, update_cases: bool) -> None:
    case = path.read_text(encoding="utf-8")
    if lacking := [package for package in NEEDS.findall(case) if find_spec(package) is None]:
        pytest.skip(f"{lacking[0]} is not installed")
    document = parse(path, _published(case))
    outcomes = _outcomes(document, pool)
    found = _written(document, outcomes)
    if update_cases:
        path.write_text(found, encoding="utf-8")
    assert found == case or update_cases

    mended = {o.block.id: o.runnable_source for o in outcomes if o.edits}
    again = parse(path, splice(document, mended))
    left = _outcomes_of(again, set(mended), pool)
    assert not [o for o in left if o.block.id in mended and o.verdict is not Verdict.PASSED], "mended blocks pass"
    assert fix(again, left, Runner(pool, again, Conditions(device="cpu")), "auto", unsafe=True).text == again.text


def _outcomes_of(document: Document, wanted: set[str], pool: Pool) -> list[Outcome]:
    """Of the sessions that judge the wanted blocks; what is refused in the others would be looked for once more."""
    runner = Runner(pool, document, Conditions(device="cpu"))
    found = [o for session in sessions(document) if session.judged & wanted for o in check_session(session, runner)]
    assert not runner.faults
    return found


def _outcomes(document: Document, pool: Pool) -> list[Outcome]:
    runner = Runner(pool, document, Conditions(device="cpu"))
    found = in_order(document, check(document, runner))
    assert not runner.faults
    return found


def _published(case: str) -> str:
    """The case without its results."""
    return MENDED.sub("", EXPECTED.sub("\n", case))


def _written(document: Document, outcomes: list[Outcome]) -> str:
    """The case with each block's mended text below it, and what is told of the blocks at its end."""
    rows = document.text.split("\n")
    for outcome in reversed(outcomes):
        if outcome.edits:
            rows.insert(outcome.block.end_line, f"\n```python mended\n{outcome.runnable_source}```")
    told = "".join(f"{line}\n" for line in _told(outcomes))
    return "\n".join(rows).rstrip("\n") + f"\n\n<!-- expected\n{told}-->\n"


def _told(outcomes: list[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        yield f"{outcome.block.id} {outcome.verdict.value}"
        for told in outcome.diagnostics:
            place = f"{told.span.line - outcome.block.line}:{told.span.column}"
            yield f"    {told.code} {told.level} {place} {told.message}"
            if told.fix:
                yield f"        {told.fix.applicability.value}: {told.fix.description}"
