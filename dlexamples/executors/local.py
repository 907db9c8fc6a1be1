"""Posts are run on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.executors import Ran
from dlexamples.running import checked, running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Document
    from dlexamples.settings import Settings


def run(documents: Sequence[Document], settings: Settings) -> Ran:
    with running(settings) as at_hand:
        reports = [
            checked(document, at_hand.runner_for(document), settings, at_hand.progress)
            for document in map(at_hand.equipped, documents)
        ]
    return Ran(reports, at_hand.faults)
