"""Between a block as published and as mended: which lines differ, and where a place of the one is in the other."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from dlexamples.model import Applicability, Block, Edit, Place
from dlexamples.run.columns import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Proposal

ALIKE = 0.6
"""Of two lines, from where on one is taken for the other after an edit; difflib calls as much "close matches"."""

ORDER = [Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY]


class Change(Protocol):
    """An edit of a session's texts, and what they were before it."""

    @property
    def before(self) -> tuple[str, ...]: ...

    @property
    def proposal(self) -> Proposal: ...


def edits(block: Block, index: int, source: str, mends: Sequence[Change]) -> Iterator[Edit]:
    """The lines of `block` that differ in `source`, each hunk with the rules that brought it.

    `index`: the block's in the session of `mends`.
    """
    brought = [(mend.proposal, _brought(mend, index)) for mend in mends]
    before, after = ([f"{row}\n" for row in rows(text)] for text in (block.source, source))
    for tag, i, j, k, end in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        new = {line.strip() for line in after[k:end]}
        proposals = [p for p, lines in brought if lines & new] or [p for p, _ in brought]
        yield Edit(
            rule="+".join(dict.fromkeys(p.rule for p in proposals)),
            line=block.document_line(i + 1),
            end_line=block.document_line(j),
            before="".join(before[i:j]),
            after="".join(after[k:end]),
            applicability=weakest([p.applicability for p in proposals]),
            description="; ".join(dict.fromkeys(p.description for p in proposals)),
        )


def _brought(mend: Change, index: int) -> set[str]:
    """The lines that one mend put into the block, without their indentation."""
    before, after = (rows(sources[index]) for sources in (mend.before, mend.proposal.sources))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    opcodes = matcher.get_opcodes()
    lines = {line.strip() for tag, _, _, k, end in opcodes if tag != "equal" for line in after[k:end]}
    return lines - {""}


def weakest(applicabilities: Sequence[Applicability]) -> Applicability:
    return max(applicabilities, key=ORDER.index, default=Applicability.SAFE)


def as_published(place: Place, running: str, published: str) -> Place:
    """`place` of a mended block in the block as published: the same line where it stands there, else the one that it
    was made of, in which what was changed is passed over."""
    if running == published:
        return place
    old, new = rows(published), rows(running)
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if not k <= place.line - 1 < m:
            continue
        if tag == "equal":
            shift = i - k
            return replace(place, line=place.line + shift, end_line=place.end_line + shift)
        found = _same_words(place, new, old, range(i, j)) or _changed_words(place, new, old, range(i, j))
        return found or whole_line(published, place.block, i + 1)
    return whole_line(published, place.block, len(old))


def as_running(line: int, published: str, running: str) -> int:
    """The line of a mended block on which the published line `line` stands, or the one that took its place; from 1."""
    if running == published:
        return line
    for tag, i, j, k, m in difflib.SequenceMatcher(None, rows(published), rows(running), autojunk=False).get_opcodes():
        if i <= line - 1 < j:
            return k + 1 + (line - 1 - i if tag == "equal" else max(0, m - k - 1))
    return line


def _same_words(place: Place, new: Sequence[str], old: Sequence[str], replaced: range) -> Place | None:
    """The text at `place`, where it stands once in the published lines that were replaced."""
    text = new[place.line - 1][place.column : place.end_column]
    found = [(n, column) for n in replaced if (column := old[n].find(text)) >= 0]
    if place.end_line != place.line or not text.strip() or len(found) != 1:
        return None
    line, column = found[0]
    return Place(place.block, line + 1, column, line + 1, column + len(text))


def _changed_words(place: Place, new: Sequence[str], old: Sequence[str], replaced: range) -> Place | None:
    """The text at `place` in the published line that is most like the line, before it was changed."""
    if place.end_line != place.line or not replaced:
        return None
    line = new[place.line - 1]
    alike = {n: difflib.SequenceMatcher(None, old[n], line, autojunk=False) for n in replaced}
    nearest = max(alike, key=lambda n: alike[n].ratio())
    if alike[nearest].ratio() < ALIKE:
        return None
    first, last = place.column, place.end_column
    for tag, i, j, k, m in alike[nearest].get_opcodes():
        if k <= place.column < m:
            first = i + place.column - k if tag == "equal" else i
        if k < place.end_column <= m:
            last = i + place.end_column - k if tag == "equal" else j
    return Place(place.block, nearest + 1, first, nearest + 1, last) if first < last else None


def whole_line(source: str, block: int, number: int) -> Place:
    """A whole line without its indentation."""
    lines = rows(source)
    number = min(max(1, number), len(lines))
    text = lines[number - 1]
    return Place(block, number, len(text) - len(text.lstrip()), number, max(len(text.rstrip()), 1))
