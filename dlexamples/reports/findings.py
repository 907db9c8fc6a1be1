"""What the formats for machines tell of: everything that is wrong in the reports, flat, each with its place.

Whether something is an *error* is for the gate to say: what it lets through is a warning at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Related, Reports, Span, Verdict
from dlexamples.repository import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dlexamples.model import Diagnostic, Document, Fix, Outcome, Policy, Report

LEVELS = ("error", "warning", "note")
NO_PYTHON = "DL002"
TOP = Span(1, 1, 1, 1)
FAULT, PROBLEM = "fault", "problem"
_FIXES = {
    Applicability.SAFE: "safe fix",
    Applicability.UNSAFE: "unsafe fix",
    Applicability.DISPLAY: "only you know what is meant",
}
_UNTOLD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_RANKS = {Verdict.FAILED: 1, Verdict.BLOCKED: 3}
"""A block that only needs what another one lacks is told after all others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    level: str
    """`error` where the gate is red for it, else `warning` or `note`."""
    code: str
    """The diagnostic's; else the verdict of the block, `fault` or `problem`."""
    message: str
    path: str = ""
    """From the top of the repository, with forward slashes; empty where no post answers for it."""
    span: Span = TOP
    """Within the document, whatever the diagnostic's may be."""
    rows: Sequence[str] = ()
    """The document's lines."""
    block: str = ""
    """The block's id; empty where none answers for it."""
    help: str = ""
    """What would do."""
    related: tuple[Related, ...] = ()
    known: bool = False
    """The baseline lets it through."""
    rank: int = 2
    """From 0, the worst; compared within one level."""

    @property
    def text(self) -> str:
        """The message, and what would do."""
        return f"{self.message}\nhelp: {self.help}" if self.help else self.message


def findings(reports: Sequence[Report], policy: Policy) -> list[Finding]:
    """In the order of the posts and their lines; what no post answers for comes first."""
    return [*_of_run(reports), *(found for report in reports for found in _of_report(report, reports, policy))]


def worst_first(found: Iterable[Finding]) -> list[Finding]:
    """What turns the gate red, then the rest; what the baseline lets through comes last."""
    return sorted(found, key=lambda each: (each.known, LEVELS.index(each.level), each.rank))


def _of_run(reports: Sequence[Report]) -> Iterator[Finding]:
    if isinstance(reports, Reports):
        for fault in reports.faults:
            text = f"dlexamples' own fault, not a post's; please report it.\n{plain(fault)}"
            yield Finding("error", FAULT, text, rank=0)
        for problem in reports.problems:
            yield Finding("error", PROBLEM, plain(problem), rank=0)


def _of_report(report: Report, reports: Sequence[Report], policy: Policy) -> Iterator[Finding]:
    from dlexamples.reports.terminal.visible import document_lines

    document = report.document
    path, rows = name_of(document.path), document_lines(document.text)
    for found in _in_order(report, reports, policy):
        related = tuple(Related(plain(each.message), within(each.span, rows)) for each in found.related)
        yield replace(
            found,
            path=plain(path),
            rows=rows,
            span=within(found.span, rows),
            message=plain(found.message),
            help=plain(found.help),
            related=related,
        )


def _in_order(report: Report, reports: Sequence[Report], policy: Policy) -> list[Finding]:
    found = [*_without_python(report, reports), *_flaws(report.document)]
    for outcome in report.outcomes:
        found += _of_outcome(outcome, policy)
    return sorted(found, key=lambda each: each.span.line)


def _without_python(report: Report, reports: Sequence[Report]) -> Iterator[Finding]:
    """A folder may hold posts that are prose alone, where another one holds Python."""
    elsewhere = isinstance(reports, Reports) and reports.python_elsewhere
    alone = not elsewhere and not any(map(holds_python, reports))
    if not holds_python(report) and (report.named or alone):
        yield Finding("error", NO_PYTHON, "no Python block found", rank=0)


def holds_python(report: Report) -> bool:
    return any(outcome.block.is_python for outcome in report.outcomes)


def _flaws(document: Document) -> Iterator[Finding]:
    for flaw in document.flaws:
        yield _finding(flaw.diagnostic, "note" if flaw.known else flaw.diagnostic.level, rank=1, known=flaw.known)


def _of_outcome(outcome: Outcome, policy: Policy) -> Iterator[Finding]:
    """Where a block is not accepted, at least one of them is an error."""
    rank = _RANKS.get(outcome.verdict, 2)
    accepted = policy.accepts(outcome)
    red = not accepted and all(diagnostic.level != "error" for diagnostic in outcome.diagnostics)
    if not outcome.diagnostics and (red or outcome.known):
        level = "note" if outcome.known else "error"
        yield _whole(outcome, level, rank)
    refused = [*filter(policy.refuses, outcome.diagnostics)] or outcome.diagnostics[:1]
    for diagnostic in outcome.diagnostics:
        level = "error" if red and diagnostic in refused else diagnostic.level
        if accepted and level == "error":
            level = "warning"
        if outcome.known:
            level = "note"
        yield _finding(diagnostic, level, rank=rank, known=outcome.known, block=outcome.block.id)


def _whole(outcome: Outcome, level: str, rank: int) -> Finding:
    block, verdict = outcome.block, outcome.verdict.value
    message = f"{verdict}: {outcome.reason}" if outcome.reason else f"this block is {verdict}"
    span = Span(block.line, 1, block.line, 1 << 30)
    return Finding(level, verdict, message, span=span, block=block.id, known=outcome.known, rank=rank)


def _finding(diagnostic: Diagnostic, level: str, *, rank: int, known: bool, block: str = "") -> Finding:
    return Finding(
        level,
        diagnostic.code,
        diagnostic.message,
        span=diagnostic.span,
        block=block,
        help=_advice(diagnostic.fix) if diagnostic.fix else "",
        related=diagnostic.related,
        known=known,
        rank=rank,
    )


def _advice(fix: Fix) -> str:
    ran = f", verified on {fix.verified_on}" if fix.verified_on else ""
    return f"{fix.description} ({_FIXES[fix.applicability]}{ran})"


def plain(text: str) -> str:
    """`text` with Markdown's line ends alone, and without what no reader of a report takes: controls, and halves of
    surrogate pairs, which are no Unicode text."""
    return _UNTOLD.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def within(span: Span, rows: Sequence[str]) -> Span:
    """`span` where the document ends before it: a region that a reader of the report can find."""
    line = min(max(span.line, 1), len(rows))
    end_line = min(max(span.end_line, line), len(rows))
    column = min(max(span.column, 1), len(rows[line - 1]) + 1)
    end_column = min(max(span.end_column, 1), len(rows[end_line - 1]) + 1)
    return Span(line, column, end_line, max(end_column, column) if end_line == line else end_column)
