"""DL411: the gradients of every update stay in the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, Remedy, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

FEWEST = 2
"""Updates with what the ones before had left."""


@check("DL411")
def gradients_kept(training: Training) -> Iterator[Finding]:
    for optimizer in training.optimizers:
        if optimizer.zeroed or optimizer.kept < FEWEST or not optimizer.nonzero:
            continue
        yield Finding(
            optimizer.backward_line or optimizer.step_line,
            f"the gradients are never set to zero: `backward` adds to them, and each of {optimizer.steps} updates of "
            f"`{optimizer.name}` is made with those of all batches before it",
            "`optimizer.zero_grad()` before `backward`, in each step",
            "adds to the gradients of the steps before",
            ((optimizer.line, "the optimizer is made here"),),
            remedy=Remedy("zero gradients", optimizer.step_line),
        )
