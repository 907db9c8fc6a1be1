"""DL407: an activation of the output that cannot give what the targets hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen, targets, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

_RANGES = {"relu": (0.0, math.inf), "sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0)}
_BEYOND = 0.05
"""How far beyond the range a target must lie: less is round-off, or smoothing."""


@check("DL407")
def unreachable_targets(training: Training) -> Iterator[Finding]:
    if training.invented or training.served or training.random:
        return
    for loss in training.computed:
        values = targets(training, loss)
        if loss.takes != "values" or loss.operation not in _RANGES or not values.count:
            continue
        low, high = _RANGES[loss.operation]
        if low - _BEYOND <= values.low and values.high <= high + _BEYOND:
            continue
        reach = f"from {low:g} on" if high == math.inf else f"between {low:g} and {high:g}"
        yield Finding(
            loss.line,
            f"the model's output ends with `{loss.operation}`, which gives values {reach}, and the targets go from "
            f"{values.low:.3g} to {values.high:.3g}: the others are never reached",
            "no activation on the last layer, or targets scaled to its range",
            f"output {told(loss.output)} after {loss.operation}",
            chosen(training.fit_of(loss)),
        )
