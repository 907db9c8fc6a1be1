"""DL414: every gradient is zero, in every update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

FEWEST = 3


@check("DL414")
def gradients_of_zero(training: Training) -> Iterator[Finding]:
    for optimizer in training.optimizers:
        if optimizer.nonzero or not optimizer.had_gradients or optimizer.steps < FEWEST:
            continue
        yield Finding(
            optimizer.step_line,
            f"every gradient is exactly 0 in all {optimizer.steps} updates: nothing is learned",
            "look for what cuts it off: a dead ReLU, a saturated sigmoid, a constant output, a loss that is 0",
            "updates nothing",
        )
