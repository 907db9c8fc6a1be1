"""Names of blocks that survive edits above them: a heading's slug and a number."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def slug(text: str) -> str:
    """A heading as GitHub links to it: lower-case, blanks to dashes, other punctuation dropped."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def ids(fences: Sequence[tuple[str, str]]) -> list[str]:
    """One id for each (slug, language): `slug-n` for Python, `slug-language-n` for others, each counted apart.

    Python blocks are named first, so that no other fence can move their ids.
    """
    named: dict[int, str] = {}
    count: Counter[str] = Counter()
    taken: set[str] = set()
    for i in sorted(range(len(fences)), key=lambda i: fences[i][1] != "python"):
        stem, language = fences[i]
        if language != "python":
            stem = f"{stem}-{slug(language) or 'text'}"
        name = ""
        # A heading "A bash" and a bash fence under "A" would share a name.
        while not name or name in taken:
            count[stem] += 1
            name = f"{stem}-{count[stem]}"
        taken.add(name)
        named[i] = name
    return [named[i] for i in range(len(fences))]
