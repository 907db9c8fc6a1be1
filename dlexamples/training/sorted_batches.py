"""DL426: batches that hold one class each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import CATEGORICAL, chosen, targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

CLASSES = CATEGORICAL | {"categorical_crossentropy"}
_SHUFFLES = {
    "torch": "shuffle them: `DataLoader(…, shuffle=True)`, or a permutation in each epoch",
    "keras": "shuffle them: `fit` without `shuffle=False`, or `.shuffle(…)` over all rows before `.batch(…)`",
}
FEWEST = 6
"""Batches that were looked at."""
MOST_MIXED = 0.5
"""The part of them that may hold several classes: where one ends within a batch."""


@check("DL426")
def sorted_batches(training: Training) -> Iterator[Finding]:
    if training.invented or training.served:
        return
    for loss in training.computed:
        fit = training.fit_of(loss)
        seen = fit or loss
        if loss.function not in CLASSES or seen.batches < FEWEST or not targets(training, loss).vary:
            continue
        if seen.of_one_class < (1 - MOST_MIXED) * seen.batches:
            continue
        yield Finding(
            loss.line,
            "the rows come sorted by class: most batches hold one class alone, and each update unlearns the others",
            _SHUFFLES[loss.framework],
            "batches of one class",
            chosen(fit),
        )
