"""Whether the run of a candidate gets further than the stop that it is to mend."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from dlexamples.model import POST, Place
from dlexamples.names import names
from dlexamples.run.columns import rows
from dlexamples.run.outwards import is_kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Proposal
    from dlexamples.run.record import Halt, Run

_TEXT = re.compile(r"(['\"])((?:(?!\1).)+)\1")
"""A string literal on one line."""


def gets_further(attempt: Run, run: Run, halt: Halt, proposal: Proposal) -> bool:
    """Whether the candidate's run got past the stop, or stops in the same statement for another reason.

    A stop in a line that the candidate itself brought is no progress, but for a name that the statement which it
    replaced would have missed next, and for a part of that statement that the line still holds. What it has taken from
    elsewhere in the post is the author's. Of a later statement that it rewrote, too, what the error names was there.
    """
    if any(block.fatal for index, block in enumerate(attempt.blocks[: halt.block + 1]) if index not in run.ended):
        return False
    before = run.text.sources
    now = attempt.stopped
    if now is None or now.block > halt.block:
        return True
    if now.block < halt.block:
        return False
    if halt.is_unread:
        return not now.is_unread
    old = _statements(before[halt.block])
    index = old.index(_text(before[halt.block], halt.statement))
    after = attempt.text.sources[now.block]
    stopped_in = _text(after, now.statement)
    if stopped_in in old[:index]:
        return False
    if stopped_in in old[index + 1 :]:
        return True  # A later statement, though perhaps the same line of a function that both call.
    line = _line(attempt.text.sources, now.at)
    taken = [fill.source for fill in proposal.fills if fill.dataset == POST]
    if any(line in rows(source) for source in (*before, *taken)):
        return (now.error, now.message, line) != (halt.error, halt.message, _line(before, halt.at))
    if now.name is not None and now.name in old[index]:
        return True
    later = _counterpart(old[index + 1 :], _statements(after), stopped_in)
    in_block = now.at.block == halt.block
    if later and (_names_what_was_there(now, later) or (in_block and is_kept(before[halt.block], after, now.at))):
        return True
    return _is_carried_over(_part(attempt.text.sources, now.at), line, old[index], _part(before, halt.at))


def _counterpart(later: Sequence[str], new: Sequence[str], statement: str) -> str:
    """What `statement` of the new text was before, by its place from the end; '' where that is none of the `later`."""
    from_end = len(new) - new.index(statement) if statement in new else 0
    return later[-from_end] if 0 < from_end <= len(later) else ""


def _names_what_was_there(stop: Halt, statement: str) -> bool:
    """Whether the error tells of a name, or of a text such as a file's, that the statement had."""
    texts = [text for _, text in _TEXT.findall(statement)]
    return (bool(stop.name) and stop.name in names(statement).needs) or any(text in stop.message for text in texts)


def _is_carried_over(part: str, line: str, statement: str, failed: str) -> bool:
    """Whether the failing `part` of the new `line` is the old statement's: another than the one that `failed` in it,
    or one of several that are alike."""
    if not part or part not in statement:
        return False
    return part != failed or line.count(part) < statement.count(part)


def _part(sources: Sequence[str], place: Place) -> str:
    """The text of a place within a line; '' for one over several lines."""
    return _line(sources, place)[place.column : place.end_column] if place.line == place.end_line else ""


def _statements(source: str) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = ast.parse(source).body
    except (SyntaxError, ValueError):
        return [_text(source, Place(0, 1, 0, 1, 0))]
    return ["\n".join(rows(source)[n.lineno - 1 : n.end_lineno]) for n in nodes]


def _text(source: str, place: Place) -> str:
    return "\n".join(rows(source)[place.line - 1 : place.end_line])


def _line(sources: Sequence[str], place: Place) -> str:
    lines = rows(sources[place.block])
    return lines[place.line - 1] if place.line <= len(lines) else ""
