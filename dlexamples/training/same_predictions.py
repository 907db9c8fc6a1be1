"""DL423: the same prediction for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

FEWEST = 10


@check("DL423")
def same_predictions(training: Training) -> Iterator[Finding]:
    if not training.learnable:
        return
    for loss in training.computed:
        if not loss.alike or loss.updates < FEWEST:
            continue
        yield Finding(
            loss.line,
            f"after {loss.updates} updates the model predicts exactly the same for every row, and the targets differ: "
            f"output {told(loss.output)}",
            "look for units that are 0 for all inputs: a smaller learning rate, scaled inputs, no ReLU on the output",
            "all rows alike",
        )
