"""DL409: targets that the loss does not take, and says nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import ENTROPIES, chosen, targets, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Loss, Training

_BEYOND = 0.25
"""How far a probability may lie outside of 0 to 1: less is smoothing, or the noisy labels of a discriminator."""


@check("DL409")
def targets_not_taken(training: Training) -> Iterator[Finding]:
    if training.invented:
        return
    for loss in training.computed:
        found = _beyond_the_outputs(training, loss) or _cut_to_whole(training, loss) or _no_probability(training, loss)
        if found:
            message, suggestion, label = found
            yield Finding(loss.line, message, suggestion, label, chosen(training.fit_of(loss)))


def _beyond_the_outputs(training: Training, loss: Loss) -> tuple[str, str, str] | None:
    """torch refuses these on the CPU, and so does TensorFlow; what XLA compiles, and a GPU, gives nan."""
    values, units = targets(training, loss), loss.output[-1] if loss.output else None
    if loss.function != "sparse_categorical_crossentropy" or not units or not values.whole or values.high < units:
        return None
    return (
        f"the model chooses between {units} classes, and the targets go up to {values.high:g}, which is none of them: "
        f"the loss of these rows is nan: output {told(loss.output)}",
        f"{values.high + 1:g} units in the last layer, or class indices from 0 on",
        f"{units} outputs, targets up to {values.high:g}",
    )


def _cut_to_whole(training: Training, loss: Loss) -> tuple[str, str, str] | None:
    """Keras casts them to whole numbers; torch refuses them."""
    values = targets(training, loss)
    if loss.function != "sparse_categorical_crossentropy" or not values.count or values.whole:
        return None
    return (
        f"`{loss.function}` takes class indices, and the targets are fractions, from {values.low:.3g} to "
        f"{values.high:.3g}: they are cut to whole numbers, and the classes become others",
        "the class indices as they are, unscaled; for numbers of a scale `mse`, and one unit without an activation",
        "targets are no class indices",
    )


def _no_probability(training: Training, loss: Loss) -> tuple[str, str, str] | None:
    values = targets(training, loss)
    if loss.function not in ENTROPIES or not values.count:
        return None
    if values.low >= -_BEYOND and values.high <= 1 + _BEYOND:
        return None
    return (
        f"a binary cross entropy takes targets from 0 to 1, and these go from {values.low:.3g} to {values.high:.3g}: "
        "for the others the loss has no least value, and the outputs are driven to the end of their range",
        "for several classes a unit each and a cross entropy between classes, for numbers a squared error; two classes "
        "are 0 and 1",
        f"targets from {values.low:.3g} to {values.high:.3g}",
    )
