"""The decision table: what the code around a missing name asks for, and what is supplied for it.

`cases/decision/README.md` is the table. Each of its rows names a post beside it, whose own code trains on what is
supplied and whose fence `python holds` says what must be true of that.
"""

from __future__ import annotations

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from deciding import Decided, decide
from fill_cases import blocks, holds, with_results, without_results
from filling import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).parent / "cases" / "decision"
TABLE = CASES / "README.md"
ROW = re.compile(r"^\| (?P<asks>[^|]+) \| (?P<names>[^|]*) \| (?P<supplied>[^|]*) \| (?P<case>[^|]*) \|$", re.MULTILINE)
LEFT_ALONE = "left alone"


class Row(NamedTuple):
    """One of the table."""

    asks: str
    names: tuple[str, ...]
    supplied: str
    case: str


def table() -> list[Row]:
    found = ROW.finditer(TABLE.read_text(encoding="utf-8"))
    rows = [match for match in found if not match["asks"].startswith(("the code", "---"))]
    return [
        Row(m["asks"], tuple(re.findall(r"`(\w+)`", m["names"])), m["supplied"].strip(), _case(m["case"])) for m in rows
    ]


def _case(cell: str) -> str:
    link = re.fullmatch(r"\[([\w-]+)\]\(\1\.md\)", cell.strip())
    return link[1] if link else ""


ROWS = table()


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=quiet) as pool:
        yield pool


def test_every_row_has_a_case_and_every_case_a_row() -> None:
    assert [row.asks for row in ROWS if not row.case] == []
    assert {row.case for row in ROWS} == {path.stem for path in CASES.glob("*.md")} - {"README"}
    assert len(ROWS) > 60


@pytest.mark.parametrize("case", sorted({row.case for row in ROWS if row.case}))
def test_decided(case: str, pool: ProcessPoolExecutor, update_cases: bool) -> None:
    path = CASES / f"{case}.md"
    text = path.read_text(encoding="utf-8")
    decided = pool.submit(decide, blocks(text), holds(text)).result()
    filled = decided.filled
    assert not decided.broken
    assert bool(filled.error) != bool(holds(text)), filled.error or "what is supplied, with nothing that holds of it"
    expected = without_results(text).rstrip("\n") + "\n" if filled.error else with_results(text, filled)
    rows = [row for row in ROWS if row.case == case]
    if update_cases:
        path.write_text(expected, encoding="utf-8")
        _update(rows, decided)
        return
    assert text == expected
    for row in rows:
        assert row.names, row.asks
        assert row.supplied == _supplied(row, decided)


def _supplied(row: Row, decided: Decided) -> str:
    """What the table says of a row."""
    if decided.filled.refusals:
        message = decided.filled.refusals[0].message
        return f"refused: {message.removeprefix(f'`{row.names[0]}` is not defined in the post, and ')}"
    if decided.filled.error:
        assert decided.filled.error == f"NameError: name '{row.names[0]}' is not defined"
        return LEFT_ALONE
    shown = [decided.supplied[name] for name in row.names]
    claims = dict.fromkeys(decided.claims[name] for name in row.names)
    return f"{'; '.join(shown)} ({', '.join(claims)})"


def _update(rows: list[Row], decided: Decided) -> None:
    text = TABLE.read_text(encoding="utf-8")
    for row in rows:
        names = ", ".join(f"`{name}`" for name in row.names)
        link = f"[{row.case}]({row.case}.md)"
        line = f"| {row.asks} | {names} | {_supplied(row, decided)} | {link} |"
        written = (m[0] for m in ROW.finditer(text) if (m["asks"], _case(m["case"])) == (row.asks, row.case))
        text = text.replace(next(written), line)
    TABLE.write_text(text, encoding="utf-8")
