"""A card a block: what became of it, for the eye."""

from __future__ import annotations

import base64
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dlexamples.model import POST, Fill, Outcome, Policy, Report, Verdict
from dlexamples.reports.html.code import Code, code_of
from dlexamples.reports.html.curves import Drawing, drawn
from dlexamples.reports.html.notes import notes, ticked
from dlexamples.reports.html.screen import Shown, shown
from dlexamples.reports.terminal.visible import document_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKS = {
    Verdict.PASSED: "✓",
    Verdict.FILLED: "+",
    Verdict.REPAIRED: "~",
    Verdict.FAILED: "✗",
    Verdict.BLOCKED: "⊘",
    Verdict.SKIPPED: "\N{EN DASH}",
    Verdict.NOT_PYTHON: "·",
}
WORDS = {verdict: verdict.value.replace("_", " ").replace("python", "Python") for verdict in Verdict}
NUMBER = re.compile(r"(?<=.)-\d+$")
LONG = 16
"""Lines of output that are not unfolded at once."""
SHORTEST = 0.05
"""Seconds below which only that it was quick is told."""


@dataclass(frozen=True, slots=True)
class Supplied:
    """Data, or an import, that the post leaves out."""

    name: str
    claim: str
    """What is true of the data; empty for an import."""
    facts: str
    why: Markup


@dataclass(frozen=True, slots=True)
class Output:
    """What a block wrote."""

    title: str
    shown: Shown
    open: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One block of a page."""

    anchor: str
    """What the page's address names it by."""
    id: str
    stem: str
    number: str
    """What `id` ends with, where several have the same stem: `-2`."""
    verdict: Verdict
    mark: str
    word: str
    accepted: bool
    place: str
    """`post.md:29-41`."""
    lines: str
    facts: tuple[str, ...]
    reason: Markup | None
    code: Code
    view: str
    """Which of `published`, `runnable` and `diff` is shown at first."""
    copy: str
    """What the copy button says, and at more length."""
    copied: str
    supplied: tuple[Supplied, ...]
    outputs: tuple[Output, ...]
    figures: tuple[str, ...]
    """Base64 of PNG images."""
    curves: tuple[Drawing, ...]


def cards(report: Report, policy: Policy, prefix: str) -> list[Card]:
    """Those of a post, one an outcome. `prefix`: what tells the blocks of one post from those of another."""
    document = report.document
    lines = document_lines((document.view or document.text).removeprefix("\ufeff"))
    shared = Counter(outcome.session for outcome in report.outcomes)
    sessions = (
        {name for name, count in shared.items() if name and count > 1} if len(shared - Counter([""])) > 1 else set()
    )
    return [
        _card(
            outcome, policy, document.path.name, lines, prefix, outcome.session if outcome.session in sessions else ""
        )
        for outcome in report.outcomes
    ]


def _card(outcome: Outcome, policy: Policy, path: str, lines: Sequence[str], prefix: str, session: str) -> Card:
    block = outcome.block
    said = notes(outcome.diagnostics, block.flaws)
    code = code_of(outcome, said, lines)
    copies_other = bool(outcome.runnable_source) and code.changed
    return Card(
        anchor=prefix + block.id,
        id=block.id,
        stem=NUMBER.sub("", block.id),
        number=found[0] if (found := NUMBER.search(block.id)) else "",
        verdict=outcome.verdict,
        mark=MARKS[outcome.verdict],
        word=WORDS[outcome.verdict],
        accepted=policy.accepts(outcome),
        place=f"{path}:{block.line}",
        lines=f"{block.line}\N{EN DASH}{block.end_line}" if block.end_line > block.line else str(block.line),
        facts=tuple(_facts(outcome, session)),
        reason=_reason(outcome),
        code=code,
        view="diff" if code.changed and outcome.edits else "published",
        copy="Copy runnable" if copies_other else "Copy",
        copied="Copy the runnable block" if copies_other else "Copy the block",
        supplied=tuple(map(_supplied, outcome.fills)),
        outputs=tuple(_outputs(outcome)),
        figures=tuple(base64.b64encode(figure).decode("ascii") for figure in outcome.figures),
        curves=tuple(filter(None, map(drawn, outcome.curves))),
    )


def _facts(outcome: Outcome, session: str) -> Iterator[str]:
    if outcome.verdict is Verdict.NOT_PYTHON:
        yield outcome.block.language
        if outcome.block.why:
            yield outcome.block.why
        return
    if session:
        yield session
    if outcome.runnable_source and outcome.verdict not in {Verdict.SKIPPED, Verdict.BLOCKED}:
        if outcome.device:
            yield outcome.device.upper() if outcome.device == "cpu" else outcome.device
        yield f"{outcome.seconds:.1f}\N{NO-BREAK SPACE}s" if outcome.seconds >= SHORTEST else "< 0.1\N{NO-BREAK SPACE}s"
        if outcome.only_defines:
            yield "defined, not called"
        elif outcome.lines_run < outcome.lines:
            yield f"{outcome.lines_run} of {outcome.lines} lines run"


def _reason(outcome: Outcome) -> Markup | None:
    """What no message says."""
    reason = outcome.reason
    if outcome.verdict is Verdict.NOT_PYTHON and reason == outcome.block.why:
        return None
    said = any(reason in diagnostic.message or diagnostic.message in reason for diagnostic in outcome.diagnostics)
    return None if said or not reason else ticked(reason)


def _supplied(fill: Fill) -> Supplied:
    statement = fill.source.strip()
    if fill.shape is None and "\n" not in statement and statement.startswith(("import ", "from ", f"{fill.name} = ")):
        return Supplied(fill.name, "", "", Markup("<code>{}</code> · {}").format(statement, ticked(fill.why)))
    if fill.dataset == POST:
        return Supplied(fill.name, "", "", ticked(fill.why))
    size = "\N{MULTIPLICATION SIGN}".join(map(str, fill.shape or ()))
    return Supplied(fill.name, fill.claim.value, f"{size} {fill.dtype}".strip(), ticked(fill.why))


def _outputs(outcome: Outcome) -> Iterator[Output]:
    whose = " of the runnable block" if outcome.edits else ""
    for title, text in ((f"Output{whose}", outcome.stdout), (f"Standard error{whose}", outcome.stderr)):
        if text.strip():
            left = shown(text)
            yield Output(title, left, left.lines <= LONG and not title.startswith("Standard"))
