"""What `fix` writes: edits that were run and passed, as many as are wanted."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dlexamples.alignment import weakest
from dlexamples.formats import parse, splice
from dlexamples.formats.layout import apply
from dlexamples.model import Applicability
from dlexamples.repository import name_of
from dlexamples.run.search import Mended
from dlexamples.sessions import sessions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from dlexamples.model import Document, Outcome, Session
    from dlexamples.run.runner import Runner


@dataclass(frozen=True, slots=True)
class Fixed:
    """A post with fixes written into it."""

    text: str
    written: tuple[Outcome, ...]
    left: tuple[Outcome, ...]
    """Blocks that have a fix which was not wanted, or not without another that was not."""


def fix(document: Document, outcomes: Sequence[Outcome], runner: Runner, mode: str, *, unsafe: bool) -> Fixed:
    """The fixes of `outcomes` that may be written: the safe ones, with `unsafe` the others too."""
    allowed = {Applicability.SAFE, Applicability.UNSAFE} if unsafe else {Applicability.SAFE}
    if not unsafe:
        outcomes = [replace(outcome, corrected_source="") for outcome in outcomes]
    fixable = [outcome for outcome in outcomes if outcome.edits or outcome.corrected_source]
    wanted = [o for o in fixable if weakest([edit.applicability for edit in o.edits]) in allowed]
    if len(wanted) < len(fixable):
        wanted = _still_passing(document, fixable, wanted, runner, mode)
    sources = {outcome.block.id: outcome.fixed_source for outcome in wanted}
    left = tuple(outcome for outcome in fixable if outcome not in wanted)
    return Fixed(with_sources(document, sources), tuple(wanted), left)


def with_sources(document: Document, sources: Mapping[str, str]) -> str:
    """The document's text with new sources for the blocks of these ids, and with what mends their layout."""
    return _with_layout(document, splice(document, sources), set(sources))


def _with_layout(document: Document, text: str, ids: Collection[str]) -> str:
    """`text` with what mends the flaws of these blocks: closing fences, split blocks."""
    flawed = [block for block in parse(document.path, text).blocks if block.id in ids]
    edits = [edit for block in flawed for flaw in block.flaws for edit in flaw.edits]
    return apply(text, edits) if edits else text


def _still_passing(
    document: Document, fixable: Sequence[Outcome], wanted: list[Outcome], runner: Runner, mode: str
) -> list[Outcome]:
    """Runs the sessions of which only a part is wanted: a fix is written only in the company that it was run in."""
    chosen = {outcome.block.id: outcome for outcome in wanted}
    unwanted = {outcome.block.id for outcome in fixable} - chosen.keys()
    for session in sessions(document, mode):
        if not {block.id for block in session.blocks} & unwanted:
            continue
        while failing := _failing(session, chosen, runner):
            for block_id in failing:
                del chosen[block_id]
    return list(chosen.values())


def _failing(session: Session, chosen: dict[str, Outcome], runner: Runner) -> list[str]:
    if not session.judged & chosen.keys():
        return []
    sources = tuple(chosen[b.id].fixed_source if b.id in chosen else b.source for b in session.blocks)
    run = runner.clean_room(session, Mended(sources))
    return [b.id for b, ran in zip(session.blocks, run.blocks, strict=True) if b.id in chosen and not ran.ok]


def unified_diff(path: Path, before: str, after: str) -> str:
    """A diff that `git apply` takes; the empty string when nothing differs."""
    if before == after:
        return ""
    name = name_of(path)
    lines = difflib.unified_diff(_rows(before), _rows(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _rows(text: str) -> list[str]:
    """Lines as git has them: a carriage return belongs to the line that it ends."""
    rows = text.split("\n")
    return [f"{row}\n" for row in rows[:-1]] + ([rows[-1]] if rows[-1] else [])
