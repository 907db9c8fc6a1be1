"""DL425: the loss grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen, course, diverged, end_of, finite, updates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training


@check("DL425")
def divergence(training: Training) -> Iterator[Finding]:
    if training.invented or training.served:
        return
    for loss in training.computed:
        if not finite(training, loss) or not diverged(training, loss):
            continue
        first, last, made = course(training, loss)[0], end_of(training, loss), updates(training, loss)
        yield Finding(
            loss.line,
            f"the training diverges: the loss grows from {first:.3g} to {last:.3g} in {made} updates",
            "a smaller learning rate",
            f"{first:.3g} at first, {last:.3g} at the end",
            chosen(training.fit_of(loss)),
        )
