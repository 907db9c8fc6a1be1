"""DL402: an activation in front of a loss that applies it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, Remedy, check
from dlexamples.training.figures import chosen, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Loss, Training

_ROUND_OFF = 2
"""Looked-at calls whose rows all sum to one: once may be chance."""


@check("DL402")
def activation_before_logits(training: Training) -> Iterator[Finding]:
    for loss in training.computed:
        applied = _applied(loss)
        if loss.takes != "logits" or not applied:
            continue
        name = f"`{loss.function}`" + ("" if loss.framework == "torch" else " with `from_logits=True`")
        related = chosen(training.fit_of(loss))
        label = f"output {told(loss.output)} after {applied}"
        if applied == "log_softmax" and loss.function == "cross_entropy":
            yield Finding(
                loss.line,
                f"{name} takes logits and applies `log_softmax` itself: the one in front of it has no effect",
                "leave it out, or use `nll_loss`",
                label,
                related,
                level="note",
            )
        elif applied in {"softmax", "sigmoid"}:
            message = f"{name} takes logits, and gets what `{applied}` gives: {_effect(loss, applied)}"
            remedy = Remedy("no activation" if loss.framework == "torch" else "no logits", loss.line, applied)
            yield Finding(loss.line, message, _instead(loss, applied), label, related, remedy=remedy)


def _applied(loss: Loss) -> str:
    """The activation that made the predictions; empty where that is not known, or is none."""
    if loss.operation in {"softmax", "sigmoid", "log_softmax"}:
        # A sigmoid over one unit in front of a cross entropy is told as that (DL405).
        return "" if loss.function == "cross_entropy" and 1 in loss.output[1:2] else loss.operation
    if loss.operation == "" and loss.sums_to_one >= _ROUND_OFF and loss.function != "binary_crossentropy":
        return "softmax"
    return ""


def _effect(loss: Loss, applied: str) -> str:
    inside = "sigmoid" if "binary" in loss.function else "softmax"
    if loss.framework == "keras" and loss.operation == inside:
        return f"on TensorFlow Keras looks behind it and warns, on other backends {inside} is applied twice"
    return f"{inside} of numbers between 0 and 1 is almost even, the loss cannot come near 0, and learning is slow"


def _instead(loss: Loss, applied: str) -> str:
    if loss.framework == "keras":
        return f"leave `from_logits=True` out, or the {applied} of the last layer"
    if loss.function == "cross_entropy":
        return f"return the last layer's outputs as they are; apply {applied} where probabilities are shown"
    return "return the last layer's outputs as they are, or use `BCELoss`"
