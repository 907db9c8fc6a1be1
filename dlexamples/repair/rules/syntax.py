"""A block that Python cannot read: the nearest texts that it reads, as rivals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import rule
from dlexamples.repair.syntax import fault_of, read_drafts
from dlexamples.repair.syntax.pseudo import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

LINE = re.compile(r" on line \d+| \(detected at line \d+\)")
"""Lines of the block, where the author has the document's."""


@rule
def syntax(stop: Stop) -> Iterator[Proposal]:
    block = stop.statement.block
    source = stop.sources[block]
    fault = fault_of(source) if isinstance(stop.error, SyntaxError) else None
    if fault is None:
        return
    message = f"the block is not valid Python: {LINE.sub('', fault.message)}"
    if elided := left_out(fault):
        yield Proposal(
            rule="syntax",
            code="DL001",
            message=f"{message}; no fix is offered, as {elided}",
            applicability=Applicability.DISPLAY,
            description="",
            sources=stop.sources,
            final=True,
        )
        return
    drafts = read_drafts(source)
    for draft in drafts:
        certain = len(drafts) == 1 and all(change.is_certain for change in draft.changes)
        yield Proposal(
            rule="syntax",
            code="DL001",
            message=message,
            applicability=Applicability.SAFE if certain else Applicability.UNSAFE,
            description="; ".join(dict.fromkeys(change.what for change in draft.changes)),
            sources=(*stop.sources[:block], draft.source, *stop.sources[block + 1 :]),
            rivals="syntax",
            cost=draft.cost,
        )
