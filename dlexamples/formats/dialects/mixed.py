"""Shell commands, prose or output among Python in one block: the fence should be split.

What is foreign stands as comments, so that the Python runs; the edits that would split the fence are whole lines of
the document. Where in doubt the block is left as it is, with Python's own error.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.dialects.foreign import ARRAYS, Piece, is_printed_array, pieces
from dlexamples.formats.lines import indentation
from dlexamples.formats.substance import substance
from dlexamples.formats.syntax import Bound, parsed
from dlexamples.model import Applicability, Edit, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.formats.dialects.draft import Draft

LINES = {"bash": "shell lines", "text": "lines of output or prose"}
KINDS = {"bash": "shell commands", "text": "output, or prose,"}
MARKER = re.compile(r"`{3,}|~{3,}")

NAMES = re.compile(
    r"""(?<=[\s,{])(\#[^\s,{}]+|(title|caption|label|name|id|lst-label)\s*=\s*("[^"]*"|'[^']*'|[^\s,}]*))"""
)


class Run(NamedTuple):
    """Rows next to each other that are no Python, from 0."""

    start: int
    stop: int
    kind: str


def split(draft: Draft) -> Draft:
    """The Python of a block that holds something else too."""
    if draft.interactive or not (draft.is_broken_python or _has_arrays(draft)):
        return draft
    found = pieces(draft.codes, draft.bound)
    kinds = {piece.kind for piece in found}
    if "broken" in kinds or not kinds & KINDS.keys():
        return draft
    if "python" not in kinds:
        kind = "text" if "text" in kinds else "bash"
        is_it = "what a program printed, or prose" if kind == "text" else "shell commands"
        return replace(draft, language=kind, why=f"{draft.why}, but it holds only {is_it}")
    runs = list(_runs(draft, found))
    bare = draft.standing(
        {i: f"# {draft.codes[i]}" for run in runs for i in _rows(draft, run) if not _is_comment(draft, i)}
    )
    if bare.tree is None or bare.syntax_error or not substance(bare.tree.body):
        return draft
    edits = tuple(_edits(draft, runs)) if _can_be_split(draft) else ()
    first = _rows(draft, runs[0])
    span = draft.span(first[0], first[-1])
    fix = Fix(_applicability(runs), _would_do(runs)) if edits else None
    return bare.flawed("DL005", "error", _message(draft, runs), span, edits, fix)


def _has_arrays(draft: Draft) -> bool:
    if draft.language != "python" or not any(f"{name}(" in draft.source for name in ARRAYS) or draft.tree is None:
        return False
    known = Bound(draft.bound)
    known.add(draft.tree)
    return any(is_printed_array(statement, known) for statement in draft.tree.body)


def _is_comment(draft: Draft, row: int) -> bool:
    return draft.codes[row].startswith("#")


def _rows(draft: Draft, run: Run) -> list[int]:
    return [i for i in range(run.start, run.stop) if draft.codes[i].strip()]


def _runs(draft: Draft, found: Sequence[Piece]) -> Iterator[Run]:
    """The foreign rows. A comment right above shell commands is theirs."""
    for kind, group in groupby(found, key=lambda piece: piece.kind):
        members = list(group)
        start, stop = members[0].rows.start, members[-1].rows.stop
        while kind == "bash" and start and _is_comment(draft, start - 1):
            start -= 1
        if kind in KINDS:
            yield Run(start, stop, kind)


def _message(draft: Draft, runs: Sequence[Run]) -> str:
    run = runs[0]
    rows = [draft.codes[i].strip() for i in _rows(draft, run)]
    quoted = next((row for row in rows if parsed(row) is None), rows[0])
    return f"{KINDS[run.kind]} and Python share a fence: `{quoted}` is no Python"


# The fence as it should be


def _applicability(runs: Sequence[Run]) -> Applicability:
    """Shell commands are told by their names; what reads as output or prose may be meant otherwise."""
    return Applicability.SAFE if all(run.kind == "bash" for run in runs) else Applicability.UNSAFE


def _would_do(runs: Sequence[Run]) -> str:
    what = " and ".join(dict.fromkeys(LINES[run.kind] for run in runs))
    return f"put the {what} into a fence of their own"


def _can_be_split(draft: Draft) -> bool:
    """Whether the lines that open and close the fence are there to be written again."""
    if not draft.document or draft.fence.form not in {"fence", "highlight"}:
        return False
    opening = draft.document[draft.fence.line - 1]
    return draft.fence.form == "highlight" or bool(MARKER.match(opening[len(indentation(opening)) :]))


def _edits(draft: Draft, runs: Sequence[Run]) -> Iterator[Edit]:
    """A fence for each part; the first has the opening line, the last the closing one."""
    opening = draft.document[draft.fence.line - 1]
    indent = indentation(opening)
    again = opening[len(indent) :]
    closing = _closing(draft, again)
    parts = list(_parts(draft, runs))
    if parts[0].kind != "python":
        yield _edit(draft, -1, 0, [opening[: len(indent)] + _opening(again, parts[0].kind)], runs)
    is_named = False
    for part, following in pairwise(parts):
        is_named = is_named or part.kind == "python"
        opens = _opening(_unnamed(draft, again) if is_named else again, following.kind)
        between = [indent + closing, indent.rstrip(), indent + opens]
        yield _edit(draft, part.stop, following.start, between, runs)


def _parts(draft: Draft, runs: Sequence[Run]) -> Iterator[Run]:
    """The foreign rows and the Python between them, without the blank rows at their ends."""
    at = 0
    for run in [*runs, Run(len(draft.codes), len(draft.codes), "end")]:
        code = [i for i in range(at, run.start) if draft.codes[i].strip()]
        if code:
            yield Run(code[0], code[-1] + 1, "python")
        if run.kind in KINDS:
            yield run
        at = run.stop


def _opening(opening: str, language: str) -> str:
    if language == "python":
        return opening
    marker = MARKER.match(opening)
    if marker:
        return f"{marker[0]}{language}"
    return re.sub(r"(highlight\s+)[\w-]+", rf"\1{language}", opening, count=1)


def _unnamed(draft: Draft, opening: str) -> str:
    """The opening line without what only one block of a document can be called."""
    if draft.info.label:
        opening = re.sub(rf"(?<=[\s,]){re.escape(draft.info.label)}(?=[\s,}}])", "", opening, count=1)
    opening = NAMES.sub("", opening)
    return re.sub(r"(?<=\{)\s+|[\s,]+(?=\}|$)|\s+(?=,)|(?<=\w)\s*,(?=\s*,)", "", opening)


def _closing(draft: Draft, opening: str) -> str:
    marker = MARKER.match(opening)
    return marker[0] if marker else draft.document[draft.fence.end_line - 1].strip()


def _edit(draft: Draft, start: int, stop: int, after: Sequence[str], runs: Sequence[Run]) -> Edit:
    """The block's rows `start` to `stop`, from 0, replaced; the opening line is row -1."""
    line = draft.fence.first_line + start
    end_line = draft.fence.first_line + stop - 1
    return Edit(
        rule="split",
        line=line,
        end_line=end_line,
        before="".join(f"{row}\n" for row in draft.document[line - 1 : end_line]),
        after="".join(f"{row}\n" for row in after),
        applicability=_applicability(runs),
        description="what is no Python gets a fence of its own",
    )
