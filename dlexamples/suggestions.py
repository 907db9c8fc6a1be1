"""What `fix` would write, for reports that offer it: one edit a block, in whole lines of the document."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from dlexamples.alignment import weakest
from dlexamples.fix import with_sources
from dlexamples.formats.layout import apply
from dlexamples.formats.lines import texts
from dlexamples.model import Applicability, Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Document, Outcome, Report
DISPLAY = Applicability.DISPLAY


def with_suggestions(report: Report) -> Report:
    """The report with an edit for each block whose mended text was run and passed. Together they make of the post what
    `fix --unsafe-fixes` makes of it."""
    try:
        return replace(report, suggestions=_suggestions(report.document, _fixable(report.outcomes)))
    except ValueError:
        # A mended text that would not be read back from the post: `fix` writes nothing of it either.
        return report


def _suggestions(document: Document, fixable: Sequence[Outcome]) -> tuple[Edit, ...]:
    edits = tuple(_edit(document, outcome, fixable) for outcome in fixable)
    whole = with_sources(document, {outcome.block.id: outcome.fixed_source for outcome in fixable})
    if _composed(document.text, edits) != whole:
        # What is wrong with the layout of one block is mended in the lines of another.
        return (_changed(document.text, whole, fixable, ""),)
    return edits


def _fixable(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """A fix is offered in the company alone in which it was run, and one whose meaning is unknown is never written."""
    edited = [outcome for outcome in outcomes if outcome.edits or outcome.corrected_source]
    unknown = {each.session for each in edited if any(edit.applicability is DISPLAY for edit in each.edits)}
    return [outcome for outcome in edited if outcome.session not in unknown]


def _composed(text: str, edits: Sequence[Edit]) -> str | None:
    try:
        return apply(text, edits)
    except ValueError:
        return None


def _edit(document: Document, outcome: Outcome, fixable: Sequence[Outcome]) -> Edit:
    mended = with_sources(document, {outcome.block.id: outcome.fixed_source})
    others = [
        f"{each.block.id} (line {each.block.line})"
        for each in fixable
        if each.session == outcome.session and each is not outcome
    ]
    together = f"; it was run together with the fix of {', '.join(others)}" if others else ""
    return _changed(document.text, mended, [outcome], together)


def _changed(before: str, after: str, outcomes: Sequence[Outcome], more: str) -> Edit:
    """From the first line that differs to the last."""
    old, new = texts(before), texts(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    edits = [edit for outcome in outcomes for edit in (*outcome.edits, *outcome.corrections)]
    fixes = [diagnostic.fix for each in outcomes for diagnostic in each.diagnostics if diagnostic.fix]
    described = [fix.description for fix in fixes if fix.applicability is not DISPLAY]
    said = dict.fromkeys(text.rstrip(".") for text in described or [edit.description for edit in edits])
    return Edit(
        rule="+".join(dict.fromkeys(edit.rule for edit in edits)),
        line=start + 1,
        end_line=len(old) - end,
        before="".join(f"{row}\n" for row in old[start : len(old) - end]),
        after="".join(f"{row}\n" for row in new[start : len(new) - end]),
        applicability=weakest([edit.applicability for edit in edits]),
        description="; ".join(said) + more,
    )


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many rows both start with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
