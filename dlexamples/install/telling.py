"""A flaw of the document at one of its lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.model import Diagnostic, Flaw, Span

if TYPE_CHECKING:
    from dlexamples.model import Document

_LINE_END = re.compile(r"\r\n|\r|\n")


def flaw_at(document: Document, line: int, code: str, level: str, text: str) -> Flaw:
    """Under what stands on the line. `line`: from 1."""
    row = _LINE_END.split(document.view or document.text)[line - 1].rstrip()
    start = len(row) - len(row.lstrip()) + 1
    return Flaw(Diagnostic(code, level, text, Span(line, start, line, max(len(row), start) + 1)))
