"""DL424: pixels from 0 to 255, as they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Shape, Training, Values

HIGH, FULL = 200, 255
"""The largest value of a picture's first rows, at least, and at most."""
FEWEST_PIXELS = 64
_SCALES = ("Normalization", "Rescaling", "Embedding", "Lambda", "Vectorization", "Encoding", "Functional", "Sequential")
"""In the names of Keras's layers: those that scale, that take whole numbers, or that may hold such a one."""


@check("DL424")
def unscaled_inputs(training: Training) -> Iterator[Finding]:
    if training.invented or training.random:
        return
    for model in training.models:
        scales = any("Norm" in layer for layer in model.layers)
        if model.steps and not scales and _is_pixels(model.inputs, model.input_shape):
            yield _finding(model.line, model.inputs, model.input_shape)
    for fit in training.fits:
        scales = any(name in layer for layer in fit.layers for name in _SCALES)
        if not scales and fit.updates and _is_pixels(fit.inputs, fit.input_shape):
            yield _finding(fit.line, fit.inputs, fit.input_shape)


def _is_pixels(values: Values, shape: Shape) -> bool:
    size = math.prod(size or 1 for size in shape[1:])
    return values.whole and values.low >= 0 and HIGH <= values.high <= FULL and size >= FEWEST_PIXELS


def _finding(line: int, values: Values, shape: Shape) -> Finding:
    return Finding(
        line,
        f"the inputs go in unscaled, from {values.low:g} to {values.high:g}: input {told(shape)}; weights are made for "
        "inputs of about -1 to 1, and training is slow or fails",
        "divide them by 255, or begin the model with a layer that does",
        f"inputs up to {values.high:g}",
    )
