"""The report that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from dlexamples.reports import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Document, Outcome, Policy, Report


@report("text")
def text(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    from dlexamples.reports.terminal import page, surface

    terminal = surface.of(stream)
    surface.write(stream, terminal, page.page(reports, policy, terminal))


def details(document: Document, outcome: Outcome, stream: TextIO, *, width: int, colour: bool) -> None:
    """What one block needs, as the whole report would tell it, without its heading."""
    from dlexamples.reports.terminal import page, surface

    terminal = surface.Surface(width, colour)
    surface.write(stream, terminal, page.needs(document, outcome, terminal))
