"""What a report says of training that was shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.alignment import as_published, whole_line
from dlexamples.epochs import shortened
from dlexamples.model import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Block


def ran_shorter(block: Block, source: str) -> Iterator[Diagnostic]:
    """A note a literal that was shortened in the run of `source`; a warning when the block has none."""
    epochs = block.marks.epochs
    if epochs is None:
        return
    found = shortened(source, epochs)[1]
    for short in found:
        place = as_published(whole_line(source, 0, short.line), source, block.source)
        yield Diagnostic("DL905", "note", f"ran {short.now} of {short.was} epochs", block.span(place))
    if not found:
        message = f"`epochs {epochs}` has no effect: the block has no number of epochs above it to shorten"
        yield Diagnostic("DL011", "warning", message, block.markers[0].span)
