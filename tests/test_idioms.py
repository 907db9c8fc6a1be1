"""Each post of cases/idioms holds blocks that are sessions of their own, what they become, and what is told of them.

They are mended in this process, which knows torch and NumPy alone: what needs Keras lies in cases/repair/idioms.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from mending import mend, run

from dlexamples.repair import propose
from dlexamples.repair.idioms.rows import expression, table

if TYPE_CHECKING:
    from dlexamples.repair.idioms.rows import Row

CASES = sorted((Path(__file__).parent / "cases" / "idioms").glob("*.md"))
MENDED = re.compile(r"\n```python mended\n.*?^```\n", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"\n*<!-- expected\n(.*?)-->\n?\Z", re.DOTALL)
BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_blocks(path: Path, update_cases: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    case = path.read_text(encoding="utf-8")
    published = MENDED.sub("", EXPECTED.sub("\n", case))
    told: list[str] = []

    def with_mended(found: re.Match[str]) -> str:
        mended, lines = _mended(found[1])
        told.extend(lines)
        return found[0] + (f"\n```python mended\n{mended}```\n" if mended != found[1] else "")

    text = BLOCK.sub(with_mended, published).rstrip("\n") + "\n\n<!-- expected\n" + "".join(told) + "-->\n"
    if update_cases:
        path.write_text(text, encoding="utf-8")
    assert text == case or update_cases


def _mended(source: str) -> tuple[str, list[str]]:
    """The block after its mends, as the search would leave it: as it was if it fails all the same."""
    found = mend((source,))
    if found.error is None:
        assert run(found.sources, found.sources)[0] is None
        lines = [f"    {p.applicability.value}: {p.message}; {p.description}\n" for p in found.proposals]
        return found.sources[0], ["repaired\n" if found.proposals else "passed\n", *lines]
    stop, *_ = run(found.sources, (source,))
    assert stop
    refusals = [f"    refused: {proposal.message}\n" for proposal in propose(stop)]
    return source, [f"failed: {type(found.error).__name__}\n", *refusals]


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row.on[0]}-{row.write}")
def test_a_row_says_what_it_is_about(row: Row) -> None:
    """It has a counterpart or a reason, and the counterpart uses nothing that the row does not bind."""
    assert bool(row.use) is not bool(row.refuse)
    assert row.name
    bound = set(re.findall(r"\w+", row.write)) | set(re.findall(r"for (\w+) in", row.use))
    known = {"numpy", "torch", "tensorflow", "keras", "sum", "range", "bool", "zip"}
    used = {node.id for node in ast.walk(expression(row.use or "x")) if isinstance(node, ast.Name)}
    assert used <= bound | known
