"""DL426: batches that hold one class each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import CATEGORICAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

FEWEST = 6
"""Batches that were looked at."""
MOST_MIXED = 0.5
"""The part of them that may hold several classes: where one ends within a batch."""


@check("DL426")
def sorted_batches(training: Training) -> Iterator[Finding]:
    if training.invented or training.served:
        return
    for loss in training.computed:
        if loss.function not in CATEGORICAL or loss.batches < FEWEST or not loss.targets.vary:
            continue
        if loss.of_one_class < (1 - MOST_MIXED) * loss.batches:
            continue
        yield Finding(
            loss.line,
            "the rows come sorted by class: most batches hold one class alone, and each update unlearns the others",
            "shuffle them: `DataLoader(…, shuffle=True)`, or a permutation in each epoch",
            "batches of one class",
        )
