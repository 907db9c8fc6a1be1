"""Another language's words and signs: `else if`, `&&`, `||`, `!x`, `x++`, `//`, `=` in a condition, `=>`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault

FORMS = (
    (re.compile(r"\belse\s+if\b"), "elif"),
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"!(?=[A-Za-z_(])"), "not "),
    (re.compile(r"([\w.\]]+)\+\+\s*;?"), r"\1 += 1"),
    (re.compile(r"([\w.\]]+)--\s*;?$"), r"\1 -= 1"),
    (re.compile(r"=>"), ">="),
    (re.compile(r"=<"), "<="),
    (re.compile(r"(^|\s)//\s?(?=\D)"), r"\1# "),
    (re.compile(r"^(\s*(?:el)?if\s[^=!<>]*?)\s*(?<![=!<>])=(?!=)\s*"), r"\1 == "),
    (re.compile(r"^(\s*while\s[^=!<>]*?)\s*(?<![=!<>])=(?!=)\s*"), r"\1 == "),
    (re.compile(r"^(\s*from\s+[\w.]+\s+import\s+[\w, ]*\w)\s*,\s*$"), r"\1"),
)


@mistake
def operators(fault: Fault) -> Iterator[Change]:
    """All of a line's at once, or one of them where another is meant as it stands."""
    for number in range(fault.line, min(fault.end_line, len(fault.rows)) + 1):
        row = fault.rows[number - 1]
        every = row
        single: list[str] = []
        for pattern, replacement in FORMS:
            every = pattern.sub(replacement, every)
            single.append(pattern.sub(replacement, row))
        for cost, new in enumerate(dict.fromkeys([every, *single]), start=1):
            if new != row:
                rows = [*fault.rows[: number - 1], new, *fault.rows[number:]]
                yield Change("\n".join(rows), f"{shown(new)} instead of {shown(row)}", cost=min(cost, 2))
