"""Front matter: what a post says about itself above its text, in YAML or TOML."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = re.compile(r"""\s*#|[\w"'][^\n]*?\s*[:=]|\[|\{|- """)
"""How a first row of YAML or of TOML begins: a comment, a key, a table, a mapping, an item."""
FENCE = re.compile(r" {0,3}(```|~~~)")
TEXT = re.compile(r"\s*(?:-\s+)*(?:[^\s|>][^\n]*?:\s+|-\s+)[|>][+\-\d]{0,2}\s*(?:#[^\n]*)?$|[^\n]*=\s*(?:\"\"\"|''')")
"""What a value of several rows begins with, in YAML and in TOML. A table's row is none."""


def front_matter_rows(rows: Sequence[str]) -> int:
    """How many rows of a document are its front matter, the marks included; 0 where it has none.

    Two rules of `---` with something else between them are no front matter: no fence may get lost.
    """
    if not rows or rows[0].rstrip() not in {"---", "+++"}:
        return 0
    closing = {"---", "..."} if rows[0].startswith("-") else {"+++"}
    end = next((i for i, row in enumerate(islice(rows, 1, None), 1) if row.rstrip() in closing), 0)
    inside = rows[1:end]
    first = next((row for row in inside if row.strip()), None)
    if not end or (first is not None and not KEY.match(first)) or _holds_fence(inside):
        return 0
    return end + 1


def _holds_fence(inside: Sequence[str]) -> bool:
    """Whether a row is a fence's and no part of a value."""
    fence = next((i for i, row in enumerate(inside) if FENCE.match(row)), None)
    return fence is not None and not any(TEXT.search(row) for row in inside[:fence])
