"""DL429: a loss that does not move, where a constant answer is as good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen, constant, course, end_of, finite, is_flat, updates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

FEWEST = 20
"""Updates."""
NO_BETTER = 0.99
"""The part of a constant answer's loss from which on the model has found nothing."""


@check("DL429")
def flat_loss(training: Training) -> Iterator[Finding]:
    if not training.learnable:
        return
    for loss in training.computed:
        best, made = constant(training, loss), updates(training, loss)
        if best is None or made < FEWEST or not finite(training, loss) or not is_flat(training, loss):
            continue
        first, last = course(training, loss)[0], end_of(training, loss)
        if best[0] <= 0 or last < NO_BETTER * best[0]:
            continue
        yield Finding(
            loss.line,
            f"the loss does not move: {first:.4g} at first, {last:.4g} after {made} updates, and always answering "
            f"{best[1]} scores {best[0]:.4g}",
            "look at the first weights (all zero, all alike?), and at whether the loss depends on the inputs at all",
            f"{first:.4g} at first, {last:.4g} at the end",
            chosen(training.fit_of(loss)),
        )
