"""What a post says that its trainings give: a sentence of its prose, or a fence of output below a block.

What is read here is little on purpose. A number counts only with the name of a metric beside it, and a sentence only
where it speaks of the training that stands in its own section: numbers of papers, of other models, of exercises and
wishes are no results of a block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.results.output import shown
from dlexamples.results.prose import said

if TYPE_CHECKING:
    from dlexamples.model import Document, Result


def results(document: Document) -> tuple[Result, ...]:
    """In the document's order."""
    return tuple(sorted((*shown(document), *said(document)), key=lambda result: result.span))
