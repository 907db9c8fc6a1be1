"""The page of a run: the posts rendered by their formats, with what became of their blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from dlexamples.model import Policy, Reports


def write_page(path: Path, found: Reports, policy: Policy) -> None:
    """Writes the page of the reports. Raises `dlexamples.formats.UnwritablePost`."""
    from dlexamples.formats import rendered, write
    from dlexamples.reports.html import page

    posts = [rendered(report.document, f"p{number}-") for number, report in enumerate(found, 1)]
    write(path, page(found, policy, posts, (*found.problems, *found.faults)))
