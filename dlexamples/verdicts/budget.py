"""What a report says of training that was shortened, or that would have to be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.alignment import as_published, whole_line
from dlexamples.epochs import shortened
from dlexamples.model import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Block
    from dlexamples.verdicts.finding import Finding


def ran_shorter(block: Block, source: str, epochs: int | None) -> Iterator[Diagnostic]:
    """A note a literal that was shortened in the run of `source`; a warning when the block has none and a marker of its
    own asks for it. `epochs`: what the settings ask for."""
    marked = block.marks.epochs
    found = shortened(source, marked or epochs)[1]
    for short in found:
        place = as_published(whole_line(source, 0, short.line), source, block.source)
        yield Diagnostic("DL905", "note", f"ran {short.now} of {short.was} epochs", block.span(place))
    if marked and not found:
        message = f"`epochs {marked}` has no effect: the block has no number of epochs above it to shorten"
        yield Diagnostic("DL011", "warning", message, block.markers[0].span)


def not_compared(broken: Diagnostic) -> Diagnostic:
    """Other output than the post's is no error after shorter training."""
    if broken.code != "DL207" or broken.level != "error":
        return broken
    return replace(broken, level="note", message=f"{broken.message}; not judged, for training was shortened")


def may_follow(finding: Finding) -> Finding:
    """The finding of a block that stopped after shorter training: what it takes from the epochs may not be there."""
    if finding.code not in {"DL204", "DL205"}:
        return finding
    return replace(finding, message=f"{finding.message}; training was shortened, which may be why")


def with_budget(finding: Finding, block: Block, source: str, epochs: int | None) -> Finding:
    """The finding of a block that ran out of time, with what would help: less training, where its length is written."""
    short = shortened(source, block.marks.epochs or epochs)[0]
    numbers = [change.was for change in shortened(short, 1)[1]]
    if not numbers:
        return finding
    help_ = f"`--epochs 1`, or a marker `epochs 1`, would run 1 of {max(numbers)} epochs"
    return replace(finding, message=f"{finding.message}; {help_}")
