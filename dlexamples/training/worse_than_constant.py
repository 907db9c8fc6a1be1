"""DL422: the trained model is worse than one that answers the same for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen, constant, course, diverged, end_of, finite, updates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

MARGIN = 1.1
"""How much worse: less may be chance."""
FEWEST = 10
"""Updates: with fewer a post shows how to train, and does not claim to."""


@check("DL422")
def worse_than_constant(training: Training) -> Iterator[Finding]:
    if not training.learnable:
        return
    for loss in training.computed:
        best = constant(training, loss)
        made = updates(training, loss)
        if best is None or made < FEWEST or not course(training, loss) or not finite(training, loss):
            continue
        end = end_of(training, loss)
        if diverged(training, loss) or best[0] <= 0 or end <= MARGIN * best[0]:
            continue
        yield Finding(
            loss.line,
            f"nothing is learned yet: after {made} updates the loss is {end:.3g}, and always answering {best[1]} would "
            f"score {best[0]:.3g}",
            "once nothing else is wrong, train longer, or with another learning rate, until it is clearly below that",
            f"ends at {end:.3g}; a constant scores {best[0]:.3g}",
            chosen(training.fit_of(loss)),
        )
