"""DL421: the loss is no number any more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

_SUGGESTION = "a smaller learning rate, inputs of a common scale; look for a logarithm of 0 and a division by 0"


@check("DL421")
def not_finite(training: Training) -> Iterator[Finding]:
    if training.invented or training.served:
        return
    for loss in training.computed:
        if loss.not_finite:
            message = f"the loss becomes nan or infinite, in step {loss.not_finite} of {loss.calls}"
            yield Finding(loss.line, message, _SUGGESTION, "no number from there on")
    for fit in training.fits:
        values = fit.history.get("loss", ())
        lost = next((epoch for epoch, value in enumerate(values, 1) if not math.isfinite(value)), 0)
        if lost:
            message = f"the loss becomes nan or infinite, in epoch {lost} of {len(values)}"
            yield Finding(fit.line, message, _SUGGESTION, "no number from there on", chosen(fit))
