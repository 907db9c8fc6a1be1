"""Posts are run on this machine, several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.executors import Ran
from dlexamples.gathered import FEW, Shelf
from dlexamples.run.side_by_side import Lanes
from dlexamples.running import checked, running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dlexamples.cache import Cache
    from dlexamples.model import Document, Report
    from dlexamples.run.pool import Pool
    from dlexamples.settings import Settings


def run(documents: Sequence[Document], settings: Settings, pool: Pool | None = None, cache: Cache | None = None) -> Ran:
    """Each post in a thread that waits for its sessions; of those so many run at once as `settings.lanes` says."""
    with Lanes(settings.lanes) as posts, running(settings, pool, cache) as at_hand:

        def report_of(document: Document) -> Report:
            return checked(at_hand.equipped(document), settings, at_hand)

        return Ran(_reports(posts, report_of, documents), at_hand.faults, at_hand.cache.counted())


def _reports(posts: Lanes, report_of: Callable[[Document], Report], documents: Sequence[Document]) -> Sequence[Report]:
    if len(documents) <= FEW:
        return posts.in_order(report_of, documents)
    shelf: Shelf[Report] = Shelf()
    return shelf.sequence(posts.in_order(lambda document: shelf.put(report_of(document)), documents))
