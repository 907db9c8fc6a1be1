"""A name that the post binds only further down: the order is the author's to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.names import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene


def bound_later(name: str, scene: Scene) -> Iterator[Proposal]:
    """The refusal that says so; nothing when an earlier statement binds the name."""
    place = scene.stop.statement
    found = [
        (index, statement.line)
        for index, source in enumerate(scene.stop.sources)
        for statement in names(source).statements
        if name in statement.binds
    ]
    if not found or min(found) <= (place.block, place.line):
        return
    yield Proposal(
        rule="data",
        code="DL101",
        message=f"`{name}` is used before the post defines it, further down",
        applicability=Applicability.DISPLAY,
        description=f"move the definition of `{name}` above its first use",
        sources=scene.stop.sources,
        label="not defined yet",
        final=True,
    )
