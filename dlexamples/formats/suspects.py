"""Fences that may not be what their authors meant, and how one of them could be mended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
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
    written: tuple[Change, ...] = ()
    """What is offered to be written where that is not what the rest of the document is read with."""


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
    content: Sequence[str]
    """The rows of its text."""

    @property
    def language(self) -> str:
        return language_of(self.fence.info)

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
    indent = re.sub(r"[^>\s]", " ", opening["before"])
    return Suspect(fence, above, rows, opening["mark"], indent, fence.text.split("\n")[:-1])


def may_be_faulty(fence: Fence) -> bool:
    """The cheap question, that almost every fence answers with no."""
    return not fence.closed or any(mark in fence.text for mark in ("```", "~~~", '"""', "'''"))


def faulty(fence: Fence, above: Sequence[Fence], rows: Sequence[Row]) -> Suspect | None:
    """`fence`, when it is never closed, holds the opening line of another, or is Python that a marker breaks."""
    found = suspect(fence, above, rows) if may_be_faulty(fence) else None
    return found if found and (not fence.closed or swallows(found) or _is_broken_by_a_marker(fence)) else None


def swallows(found: Suspect) -> bool:
    """Whether it holds the opening line of another fence and some of its code."""
    if is_python(found.language) and parses(found.fence.text):
        return False
    content = found.content
    last = max((k for k, row in enumerate(content) if opens(found.mark, row)), default=len(content))
    return any(row.strip() for row in content[last + 1 :])


def _is_broken_by_a_marker(fence: Fence) -> bool:
    """Whether Python does not parse that holds a marker, or that ends inside a string."""
    return is_broken(fence) and ("```" in fence.text or "~~~" in fence.text or is_open_string(fence.text))


def is_open_string(source: str) -> bool:
    """Whether a triple-quoted string of the source may go on below it."""
    return bool(source.count('"""') % 2 or source.count("'''") % 2)


def is_broken(fence: Fence) -> bool:
    """Whether it says Python and holds none, or none that parses."""
    return is_python(language_of(fence.info)) and not (fence.text.strip() and parses(fence.text))


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


@lru_cache
def language_of(info: str) -> str:
    return parse_info(info).language


def is_python(language: str) -> bool:
    return bool(PYTHON.fullmatch(language))
