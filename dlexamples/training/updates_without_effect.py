"""DL418: updates with gradients that change no parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

FEWEST = 4
"""Updates: the first ones of a warm-up may have a learning rate of 0."""
SMALLEST_RATE = 1e-6
"""With a larger one a gradient that is not 0 changes a parameter, whatever its size."""


@check("DL418")
def updates_without_effect(training: Training) -> Iterator[Finding]:
    for optimizer in training.optimizers:
        looked_at, moved = len(optimizer.ratios), any(optimizer.ratios)
        if moved or not looked_at or not optimizer.nonzero or optimizer.steps < FEWEST:
            continue
        if not 0 <= optimizer.rate <= SMALLEST_RATE:
            continue
        yield Finding(
            optimizer.line,
            f"the parameters get gradients, and {optimizer.steps} updates of `{optimizer.name}` leave all of them as "
            f"they are: its learning rate is {optimizer.rate:g}",
            "a larger learning rate; look for a schedule that ends, or begins, at 0",
            f"learning rate {optimizer.rate:g}",
            ((optimizer.step_line, "updates nothing"),),
        )
