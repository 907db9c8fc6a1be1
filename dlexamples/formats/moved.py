"""What was read from a part of a document, on the lines of the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.formats.elements import Comment, Fence

if TYPE_CHECKING:
    from dlexamples.model import Edit, Flaw, Span


def moved(element: Fence | Comment, down: int) -> Fence | Comment:
    """The element `down` lines further down."""
    line, end_line, first_line = element.line + down, element.end_line + down, element.first_line + down
    if isinstance(element, Comment):
        return replace(element, line=line, end_line=end_line, first_line=first_line)
    flaws = tuple(_flaw(flaw, down) for flaw in element.flaws)
    return replace(element, line=line, end_line=end_line, first_line=first_line, flaws=flaws)


def moved_edit(edit: Edit, down: int) -> Edit:
    return replace(edit, line=edit.line + down, end_line=edit.end_line + down)


def _flaw(flaw: Flaw, down: int) -> Flaw:
    diagnostic = replace(
        flaw.diagnostic,
        span=_span(flaw.diagnostic.span, down),
        related=tuple(replace(each, span=_span(each.span, down)) for each in flaw.diagnostic.related),
    )
    return replace(flaw, diagnostic=diagnostic, edits=tuple(moved_edit(edit, down) for edit in flaw.edits))


def _span(span: Span, down: int) -> Span:
    return replace(span, line=span.line + down, end_line=span.end_line + down)
