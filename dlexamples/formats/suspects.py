"""Fences that may not be what their authors meant, and how one of them could be mended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.formats.info import parse_info
from dlexamples.formats.language import PYTHON
from dlexamples.formats.prose import parses
from dlexamples.model import Applicability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.formats.elements import Fence
    from dlexamples.formats.mended import Change, Row

OPENING = re.compile(r"(?P<before>.*?)(?P<mark>`{3,}|~{3,})(?P<rest>.*)")
MARKED = re.compile(r"(?P<indent>\s*)(?P<mark>`{3,}|~{3,})(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Mend:
    """How one fence may have been meant."""

    code: str
    line: int
    """The row of its opening line, from 1."""
    changes: tuple[Change, ...]
    found: str
    """What is wrong, a sentence in which `this fence` is the one that opens at `line`."""
    would_do: str
    applicability: Applicability = Applicability.SAFE
    """`DISPLAY` when the changes only stand for what cannot be known."""


Guess = tuple[Mend, ...]
"""Fences that are mended together."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A fence that may not be what its author meant."""

    fence: Fence
    above: Sequence[Fence]
    """The document's fences above it."""
    rows: Sequence[Row]
    """The document's, containers' prefixes included."""
    mark: str
    """What opens it."""
    indent: str
    """What a closing line has before its marker: the container's prefix, a list's marker as blanks."""

    @property
    def content(self) -> list[str]:
        return self.fence.text.split("\n")[:-1]

    @property
    def language(self) -> str:
        return parse_info(self.fence.info).language

    @property
    def closing(self) -> str:
        return self.indent + self.mark

    def published(self, line: int) -> int:
        """The published line of a line of the rows."""
        return self.rows[line - 1].line


def suspect(fence: Fence, above: Sequence[Fence], rows: Sequence[Row]) -> Suspect | None:
    """`fence` as mistakes are looked for in it; None where it has no marker, or shares its line with its code."""
    opening = OPENING.match(rows[fence.line - 1].text) if fence.form == "fence" else None
    if not opening:
        return None
    return Suspect(fence, above, rows, opening["mark"], re.sub(r"[^>\s]", " ", opening["before"]))


def may_be_faulty(fence: Fence) -> bool:
    """The cheap question, that almost every fence answers with no."""
    return not fence.closed or any(mark in fence.text for mark in ("```", "~~~", '"""', "'''"))


def faulty(fence: Fence, above: Sequence[Fence], rows: Sequence[Row]) -> Suspect | None:
    """`fence`, when it is never closed, holds the opening line of another, or ends inside a string."""
    found = suspect(fence, above, rows) if may_be_faulty(fence) else None
    return found if found and (not fence.closed or _swallows(found) or _ends_inside_a_string(found)) else None


def _swallows(found: Suspect) -> bool:
    if is_python(found.language) and parses(found.fence.text):
        return False
    content = found.content
    last = max((k for k, row in enumerate(content) if opens(found.mark, row)), default=len(content))
    return any(row.strip() for row in content[last + 1 :])


def _ends_inside_a_string(found: Suspect) -> bool:
    text = found.fence.text
    return is_python(found.language) and bool(text.count('"""') % 2 or text.count("'''") % 2) and not parses(text)


def opens(mark: str, row: str) -> bool:
    """Whether the row would open a fence that is as strong as `mark`; a bare marker would close the one around it."""
    marked = MARKED.fullmatch(row)
    return (
        marked is not None
        and len(marked["indent"]) < 4
        and marked["mark"].startswith(mark)
        and bool(marked["rest"].strip())
        and not (mark[0] == "`" and "`" in marked["rest"])
    )


def is_python(language: str) -> bool:
    return bool(PYTHON.fullmatch(language))
