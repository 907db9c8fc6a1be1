"""DL423: the same prediction for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen, told, updates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

FEWEST = 10


@check("DL423")
def same_predictions(training: Training) -> Iterator[Finding]:
    if not training.learnable:
        return
    for loss in training.computed:
        fit, made = training.fit_of(loss), updates(training, loss)
        alike = fit.alike and fit.targets.vary if fit else loss.alike
        if not alike or made < FEWEST:
            continue
        yield Finding(
            loss.line,
            f"after {made} updates the model predicts exactly the same for every row, and the targets differ: output "
            f"{told(loss.output)}",
            "look for units that are 0 for all inputs: a smaller learning rate, scaled inputs, no ReLU on the output",
            "all rows alike",
            chosen(fit),
        )
