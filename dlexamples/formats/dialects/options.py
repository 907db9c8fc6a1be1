"""Options at the top of a cell: Quarto's `#| eval: false`, MyST's `:tags: [raises-exception]` and its YAML block.

https://quarto.org/docs/computations/execution-options.html and https://mystmd.org/guide/directives#directive-options
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.formats.dialects.draft import Draft
    from dlexamples.formats.info import Info

QUARTO = re.compile(r"#\| ?(.*)")
COLON = re.compile(r":([\w.-]+):(?=\s|$)\s*(.*)")
PAIR = re.compile(r"([\w.-]+)\s*:(?=\s|$)\s*(.*)")
ITEM = re.compile(r"\s*-\s+(.*)")


def options(text: str, info: Info) -> dict[str, str]:
    """The options that a block's text begins with, without quotes. A YAML list in lines becomes `[a, b]`; nothing
    else of YAML is read. The last of a key counts."""
    rows = text.split("\n")
    if quarto := list(_quarto(rows)):
        return _pairs(quarto)
    named = [COLON.fullmatch(row) for row in rows[: _count(rows, info)]]
    if any(named):
        return {found[1]: _unquoted(found[2]) for found in named if found}
    return _pairs(rows[1 : max(_count(rows, info) - 1, 1)])


def as_comments(draft: Draft) -> Draft:
    """Options that are no Python stand as comments; Quarto's are comments already."""
    count = _count(draft.codes, draft.info)
    return draft.standing({i: f"# {draft.codes[i]}".rstrip() for i in range(count)})


def _count(rows: Sequence[str], info: Info) -> int:
    """How many rows at the top are a directive's options."""
    if not info.directive or not rows:
        return 0
    if rows[0].rstrip() == "---":
        return next((i + 1 for i, row in enumerate(rows) if i and row.rstrip() == "---"), 0)
    return sum(1 for _ in takewhile(COLON.fullmatch, rows))


def _quarto(rows: Sequence[str]) -> Iterator[str]:
    for row in rows:
        if not (found := QUARTO.match(row)):
            return
        yield found[1]


def _pairs(rows: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    items: dict[str, list[str]] = {}
    key = ""
    for row in rows:
        if pair := PAIR.fullmatch(row):
            key = pair[1]
            found[key] = _unquoted(pair[2])
        elif key and not found[key] and (item := ITEM.fullmatch(row)):
            items.setdefault(key, []).append(_unquoted(item[1]))
    return found | dict(_lists(items))


def _lists(items: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    for key, values in items.items():
        yield key, f"[{', '.join(values)}]"


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
