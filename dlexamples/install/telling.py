"""A flaw of the document at one of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.model import Diagnostic, Flaw, Span

if TYPE_CHECKING:
    from dlexamples.model import Document


def flaw_at(document: Document, line: int, code: str, level: str, text: str) -> Flaw:
    """Under what stands on the line. `line`: from 1."""
    row = (document.view or document.text).split("\n")[line - 1].rstrip()
    start = len(row) - len(row.lstrip()) + 1
    return Flaw(Diagnostic(code, level, text, Span(line, start, line, max(len(row), start) + 1)))
