"""DL406: more outputs than the targets have classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import CATEGORICAL, chosen, targets, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Loss, Training

MOST_CLASSES = 20
"""Of more, some may not come up, as of a vocabulary many words."""
EACH = 4
"""How often each class must have come up on average, for another one to be more than unlucky."""


@check("DL406")
def unused_outputs(training: Training) -> Iterator[Finding]:
    layers = [*(each.layers for each in training.models), *(each.layers for each in training.fits)]
    takes_words = any("Embedding" in layer for of_one in layers for layer in of_one)
    if training.invented or training.served or training.random or takes_words:
        return
    for loss in training.computed:
        classes = _classes(training, loss)
        units = loss.output[1] if len(loss.output) == 2 else None
        if not classes or units is None or units < 2 * classes:
            continue
        share = f", and at the end {loss.beyond:.0%} of the probability is on them" if loss.beyond >= 0.01 else ""
        yield Finding(
            loss.line,
            f"the model chooses between {units} classes, and the targets are of {classes}: {units - classes} outputs "
            f"stand for nothing, and have to be unlearned{share}: output {told(loss.output)}, "
            f"targets 0 to {classes - 1}",
            f"{classes} units in the last layer",
            f"{units} outputs for {classes} classes",
            chosen(training.fit_of(loss)),
        )


def _classes(training: Training, loss: Loss) -> int:
    """How many there are; 0 where that is not certain."""
    values = targets(training, loss)
    found = [number for number, _ in values.classes]
    is_certain = loss.function in CATEGORICAL and len(loss.target) in {1, 2} and values.whole
    if not is_certain or loss.target_type in {"float32", "float64"} or found != list(range(len(found))):
        return 0
    seldom = values.count < EACH * len(found) or not 2 <= len(found) <= MOST_CLASSES
    return 0 if seldom else len(found)
