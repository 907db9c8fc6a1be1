"""What was open to the blocks that should not be, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Sandbox


def openings(sandbox: Sandbox) -> Iterator[str]:
    """Nothing where blocks are shut in wholly."""
    if sandbox.mode == "off":
        yield "sandbox off: blocks could do what you may"
        return
    if sandbox.network:
        yield "network open: what blocks get from it may be something else tomorrow"
    if sandbox.lacking:
        yield f"not wholly shut in, this machine lacks {'; '.join(sandbox.lacking)}"
