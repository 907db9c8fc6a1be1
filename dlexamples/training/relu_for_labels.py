"""DL408: a ReLU on the output that is to answer with 0 or 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import SQUARES, chosen, targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Loss, Training


@check("DL408")
def relu_for_labels(training: Training) -> Iterator[Finding]:
    for loss in training.computed:
        if loss.function not in SQUARES or loss.operation != "relu" or not _is_one_label(training, loss):
            continue
        dead, units = loss.silent
        outputs = "output is" if units == 1 else "outputs are"
        found = f"; at the end {dead} of {units} {outputs} 0 for every row" if dead else ""
        yield Finding(
            loss.line,
            "the model answers yes or no through a ReLU: an output that falls to 0 has no gradient and stays there, "
            f"and nothing keeps it below 1{found}",
            "one unit with a sigmoid on the last layer, and a binary cross entropy",
            "targets are 0 and 1, the output ends with `relu`",
            chosen(training.fit_of(loss)),
        )


def _is_one_label(training: Training, loss: Loss) -> bool:
    """Whether each row has one target, 0 or 1."""
    values = targets(training, loss)
    both = [number for number, _ in values.classes] == [0, 1]
    return both and (len(loss.target) == 1 or (len(loss.target) == 2 and loss.target[1] == 1))
