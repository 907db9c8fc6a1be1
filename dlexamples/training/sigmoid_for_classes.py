"""DL410: a sigmoid on the output, where each row is of one class of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

_BETWEEN_CLASSES = {"sparse_categorical_crossentropy", "categorical_crossentropy"}


@check("DL410")
def sigmoid_for_classes(training: Training) -> Iterator[Finding]:
    """Keras alone: what torch's losses get from a sigmoid is told as no logits (DL402), or no logarithms (DL403)."""
    for loss in training.computed:
        units = loss.output[-1] if loss.output else None
        if loss.function not in _BETWEEN_CLASSES or loss.takes != "probabilities" or loss.operation != "sigmoid":
            continue
        if units is None or units < 2:
            continue  # Told as one unit (DL405).
        yield Finding(
            loss.line,
            f"`{loss.function}` is for rows of one class each, and the last layer's `sigmoid` gives every class a "
            f"probability of its own: they do not sum to 1, and are no answer to which class it is: output "
            f"{told(loss.output)}",
            '`activation="softmax"` in the last layer; where a row may be of several classes, `binary_crossentropy`',
            f"output {told(loss.output)} after sigmoid",
            chosen(training.fit_of(loss)),
        )
