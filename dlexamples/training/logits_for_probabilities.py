"""DL403: raw outputs in front of a loss that takes probabilities, or their logarithms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Loss, Training

_ROUND_OFF = 1e-3
_NO_PROBABILITIES = {"linear": "no activation", "relu": "`relu`", "tanh": "`tanh`"}


@check("DL403")
def logits_for_probabilities(training: Training) -> Iterator[Finding]:
    for loss in training.computed:
        if 1 in loss.output[-1:] and loss.function == "categorical_crossentropy":
            continue  # Told as one unit (DL405).
        label = f"output {told(loss.output)}"
        if loss.framework == "keras" and loss.takes == "probabilities" and loss.operation in _NO_PROBABILITIES:
            activation = "sigmoid" if loss.function == "binary_crossentropy" else "softmax"
            yield Finding(
                loss.line,
                f"`{loss.function}` takes probabilities, and the model's last layer has "
                f"{_NO_PROBABILITIES[loss.operation]}: what is below 0 or above 1 is cut off, and with it the gradient",
                f'`activation="{activation}"` in the last layer, or the loss with `from_logits=True`',
                label,
                chosen(training.fit_of(loss)),
            )
        elif _is_no_probability(loss):
            activation = "sigmoid" if loss.function == "binary_crossentropy" else "softmax"
            yield Finding(
                loss.line,
                f"`{loss.function}` takes probabilities, and gets values from {loss.output_low:.3g} to "
                f"{loss.output_high:.3g}: what is below 0 or above 1 is cut off, and with it the gradient",
                f'`activation="{activation}"` in the last layer, or the loss with `from_logits=True`',
                label,
            )
        elif _is_no_logarithm(loss):
            yield Finding(
                loss.line,
                f"`nll_loss` takes logarithms of probabilities, which are never above 0, and gets values up to "
                f"{loss.output_high:.3g}: its least value is no longer 0, and it falls without end",
                "use `cross_entropy`, or `log_softmax` on the model's output",
                label,
            )


def _is_no_probability(loss: Loss) -> bool:
    """By the numbers: of what TensorFlow computes at once no operation is known."""
    beyond = loss.output_low < -_ROUND_OFF or (1 + _ROUND_OFF < loss.output_high < math.inf)
    return loss.framework == "keras" and loss.takes == "probabilities" and loss.operation == "" and beyond


def _is_no_logarithm(loss: Loss) -> bool:
    return loss.function == "nll_loss" and loss.operation != "log_softmax" and loss.output_high > 1e-3
