"""What is wrong, as a card says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dlexamples.model import Applicability
from dlexamples.reports.html.highlight import seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dlexamples.model import Diagnostic, Edit, Flaw, Related, Span

FIXES = {
    Applicability.SAFE: "safe fix",
    Applicability.UNSAFE: "unsafe fix",
    Applicability.DISPLAY: "never written: only you know what is meant",
}
TICKED = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Note:
    """One message at its place."""

    code: str
    level: str
    message: Markup
    details: tuple[Markup, ...]
    span: Span
    label: str
    related: tuple[Related, ...]
    fix: Markup | None
    kind: str
    """`fix`, or `help` where nobody but the author can write it."""
    applicability: str
    """How certain the fix is, and where it ran."""
    layout: tuple[tuple[str, int, str], ...]
    """Lines round a block that would change: `-` or `+`, the document's line, the text."""


def notes(diagnostics: Iterable[Diagnostic], flaws: Sequence[Flaw] = ()) -> tuple[Note, ...]:
    """`flaws`: those that some of the diagnostics tell."""
    edits = {flaw.diagnostic: flaw.edits for flaw in flaws}
    return tuple(_note(diagnostic, edits.get(diagnostic, ())) for diagnostic in diagnostics)


def _note(diagnostic: Diagnostic, edits: Sequence[Edit]) -> Note:
    headline, *details = diagnostic.message.splitlines() or [""]
    fix = diagnostic.fix
    ran = f" · verified on {_quick(fix.verified_on)}" if fix and fix.verified_on else ""
    return Note(
        diagnostic.code,
        diagnostic.level,
        ticked(headline),
        tuple(ticked(detail.strip(" +")) for detail in details),
        diagnostic.span,
        diagnostic.label,
        diagnostic.related,
        ticked(fix.description) if fix else None,
        "help" if fix and fix.applicability is Applicability.DISPLAY else "fix",
        f"{FIXES[fix.applicability]}{ran}" if fix else "",
        tuple(_layout(edits)),
    )


def _quick(ran: str) -> str:
    """Where it ran and how long, as the head of a card says it; `7.5 s` stays on one line."""
    return re.sub(r"\bin 0\.0 s$", "in < 0.1 s", ran).replace(" s", "\N{NO-BREAK SPACE}s")


def _layout(edits: Sequence[Edit]) -> Iterable[tuple[str, int, str]]:
    for edit in edits:
        yield from (("-", line, row) for line, row in enumerate(edit.before.splitlines(), edit.line))
        yield from (("+", edit.line, row) for row in edit.after.splitlines())


def ticked(text: str) -> Markup:
    """A message with what stands between backticks as code."""
    parts = TICKED.split(text)
    found = [Markup("<code>{}</code>").format(seen(part)) if i % 2 else seen(part) for i, part in enumerate(parts)]
    return Markup("").join(found)
