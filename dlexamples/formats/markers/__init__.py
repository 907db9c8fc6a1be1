"""What an author writes beside a block for us, or for another tool: skip it, expect an error, run it hidden.

`peers/` reads what each tool writes, `written.py` collects it, `reach.py` finds the blocks that each marker is for,
`output.py` pairs blocks with what they print. Where two markers disagree, ours comes before another tool's, and the
nearer before the farther: `Place.rank`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import merged
from dlexamples.formats.markers.output import with_output
from dlexamples.formats.markers.page import Page
from dlexamples.formats.markers.peers import HIDING
from dlexamples.formats.markers.reach import Place, places
from dlexamples.formats.markers.written import strays, written
from dlexamples.model import Flaw, Marker, Marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.formats.elements import Comment, Fence
    from dlexamples.model import Block


def hidden(comment: Comment) -> Iterator[Fence]:
    """The code that a comment holds and that runs without being shown."""
    for hides in HIDING.items().values():
        yield from hides(comment)


def marked(
    blocks: Sequence[Block], comments: Sequence[Comment], text: str, today: date | None = None
) -> tuple[tuple[Block, ...], tuple[Flaw, ...]]:
    """The blocks of `text` with their markers, and what is wrong with markers that belong to no block.

    `today` decides which dates are gone by.
    """
    page = Page(blocks, comments, text)
    found = places(written(page, today or date.today()), page)
    blocks, found = with_output(page, found)
    of_block: dict[int | None, list[Place]] = defaultdict(list)
    flaws: dict[int | None, list[Flaw]] = defaultdict(list)
    for place in found:
        for index in place.blocks:
            of_block[index].append(place)
        if place.flaw:
            flaws[place.home].append(place.flaw)
    nowhere = sorted([*flaws[None], *strays(page)], key=lambda flaw: flaw.diagnostic.span)
    return tuple(_with(block, of_block[i], flaws[i]) for i, block in enumerate(blocks)), tuple(nowhere)


def _with(block: Block, found: Sequence[Place], flaws: Sequence[Flaw]) -> Block:
    if not found and not flaws:
        return block
    nearest = sorted(found, key=Place.rank)
    return replace(
        block,
        markers=tuple(Marker(place.ask.text, place.peer, place.span) for place in found if place.ask),
        marks=merged(place.ask.marks for place in nearest if place.ask) if block.is_python else Marks(),
        printed=(*block.printed, *(printed for place in found if place.ask for printed in place.ask.printed)),
        flaws=(*block.flaws, *flaws),
    )
