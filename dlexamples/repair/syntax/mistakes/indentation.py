"""Lines that are indented where nothing asks for it, or not as the lines around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import indentation as leading
from dlexamples.repair.syntax.text import shown, unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.repair.syntax import Fault


@mistake
def indentation(fault: Fault) -> Iterator[Change]:
    if "inconsistent use of tabs" in fault.message:
        yield from _without_tabs(fault)
    elif "unexpected indent" in fault.message:
        yield from _dedented(fault)
    elif "unindent" in fault.message:
        yield from _at_an_outer_level(fault)
    elif "expected an indented block" in fault.message:
        yield from _indented(fault)


def _without_tabs(fault: Fault) -> Iterator[Change]:
    for width in (4, 8):
        rows = [leading(row).expandtabs(width) + row.lstrip(" \t") for row in fault.rows]
        yield Change("\n".join(rows), "tabs in front of the lines become blanks")


def _dedented(fault: Fault) -> Iterator[Change]:
    """The run of lines that are as far in as the line, or further, moves out to where the code above stands."""
    here = fault.line - 1
    above = next((row for row in reversed(fault.rows[:here]) if _is_code(row)), "")
    levels = dict.fromkeys([leading(above), *_levels(fault.rows[:here])])
    for cost, level in enumerate(levels):
        if len(level) < len(leading(fault.rows[here])):
            yield _moved(fault, here, level, 1 + cost)


def _at_an_outer_level(fault: Fault) -> Iterator[Change]:
    here = fault.line - 1
    width = len(leading(fault.rows[here]))
    for cost, level in enumerate(sorted(_levels(fault.rows[:here]), key=lambda level: abs(len(level) - width))):
        yield _moved(fault, here, level, 1 + cost)


def _indented(fault: Fault) -> Iterator[Change]:
    """What stands below a head moves in, as far as the next blank line or the next head of the same depth."""
    here = fault.line - 1
    if here >= len(fault.rows) or not _is_code(fault.rows[here]):
        return
    head = next((i for i in range(here - 1, -1, -1) if _is_code(fault.rows[i])), None)
    if head is None or any(row.lstrip().startswith("#") for row in fault.rows[head + 1 : here]):
        return
    level = leading(fault.rows[head])
    ends = [i for i in range(here + 1, len(fault.rows)) if not fault.rows[i].strip()]
    last = ends[0] if ends else len(fault.rows)
    whole = next((i for i in range(here, len(fault.rows)) if len(leading(fault.rows[i])) < len(level)), len(fault.rows))
    for cost, end in enumerate(dict.fromkeys([last, here + 1, whole])):
        rows = [
            (unit(fault.source) + row if here <= i < end and row.strip() else row) for i, row in enumerate(fault.rows)
        ]
        yield Change("\n".join(rows), f"{shown(fault.rows[here])} and what follows it is indented", cost=1 + cost)


def _moved(fault: Fault, here: int, level: str, cost: int) -> Change:
    """The line, and those below it that are as far in, at `level`."""
    before = leading(fault.rows[here])
    rows = list(fault.rows)
    for i in range(here, len(rows)):
        if _is_code(rows[i]) and not leading(rows[i]).startswith(before):
            break
        if rows[i].startswith(before):
            rows[i] = level + rows[i][len(before) :]
    return Change("\n".join(rows), f"{shown(fault.rows[here])} stands as far in as the code around it", cost=cost)


def _levels(rows: Sequence[str]) -> list[str]:
    """The depths of the suites that are open behind the rows, innermost first."""
    found: list[str] = []
    for row in rows:
        if not _is_code(row):
            continue
        here = leading(row)
        while found and len(found[-1]) > len(here):
            found.pop()
        if not found or len(found[-1]) < len(here):
            found.append(here)
    return found[::-1]


def _is_code(row: str) -> bool:
    return bool(row.strip()) and not row.lstrip().startswith("#")
