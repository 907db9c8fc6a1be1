"""DL404 and DL405: one unit, where several are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Loss, Training


def _has_one_unit(loss: Loss) -> bool:
    """Whether its predictions have one column, and no other of their own."""
    return len(loss.output) == 2 and loss.output[1] == 1


@check("DL404")
def softmax_over_one_unit(training: Training) -> Iterator[Finding]:
    for loss in training.computed:
        if loss.operation == "softmax" and _has_one_unit(loss) and loss.function not in _CATEGORICAL:
            yield Finding(
                loss.line,
                f"softmax over one unit is always 1, whatever the model learns: output {told(loss.output)}",
                "sigmoid for one unit, or one unit a class",
                "every prediction is 1",
                chosen(training.fit_of(loss)),
            )


@check("DL405")
def cross_entropy_of_one_unit(training: Training) -> Iterator[Finding]:
    for loss in training.computed:
        if loss.function in _CATEGORICAL and _has_one_unit(loss):
            yield Finding(
                loss.line,
                f"a cross entropy between classes has nothing to tell apart in one unit: it is 0 from the start, and "
                f"nothing is learned: output {told(loss.output)}",
                "one unit a class, or for two classes one unit with a binary cross entropy",
                f"output {told(loss.output)}",
                chosen(training.fit_of(loss)),
            )


_CATEGORICAL = {"cross_entropy", "categorical_crossentropy"}
