"""The curves of a session's training: what was minimised, what it was made of, learning rates, Keras's histories."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dlexamples.model import Curve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.training.evidence import Training

DIGITS = 5
"""Of a curve's numbers: further ones depend on how many threads computed them."""
ROUNDING = 1e-5
"""How far the ratio of two losses may vary that are a multiple of each other."""


def curves(seen: Training) -> Iterator[tuple[int, Curve]]:
    """With the line that each is of. JSON has no numbers but finite ones."""
    for fit in seen.fits:
        for name, values in fit.history.items():
            yield fit.line, _curve(name, values, "epoch")
    yield from _losses(seen)
    for optimizer in seen.optimizers:
        if len(set(optimizer.rates)) > 1:
            yield optimizer.step_line, _curve("learning rate", optimizer.rates, "step", optimizer.every)


def _losses(seen: Training) -> Iterator[tuple[int, Curve]]:
    """What gradients were asked of is the loss. What a library computed and is but a part of it has its own name."""
    losses = [loss for loss in seen.losses if len(loss.curve) > 1]
    trained = [loss for loss in losses if loss.gradients]
    objectives = [objective for objective in seen.objectives if len(objective.curve) > 1]
    composed = [each for each in objectives if not any(_are_multiples(each.curve, loss.curve) for loss in trained)]
    parts = [loss for loss in trained if not any(_are_multiples(each.curve, loss.curve) for each in objectives)]
    for objective in composed:
        yield objective.line, _curve("loss", objective.curve, "step", objective.every)
    several = len(composed) + len(trained) > 1
    for loss in losses:
        kind = "loss" if loss.gradients else "loss without gradients"
        same = several if loss.gradients else len(losses) - len(trained) > 1
        name = f"{kind}: {loss.function}" if same else kind
        named = loss.function if composed and loss in parts else name
        # Where it is asked without gradients, that need not be in each step.
        yield loss.line, _curve(named, loss.curve, "step" if loss.gradients else "", loss.every)


def _are_multiples(values: Sequence[float], others: Sequence[float]) -> bool:
    """Whether one is the other times a number, as a loss is that is divided by the steps that gradients are added up
    over, or scaled for half precision."""
    if values == others:
        return True
    if len(values) != len(others) or not all(others) or len(set(others)) == 1:
        return False
    ratios = [value / other for value, other in zip(values, others, strict=True)]
    return max(ratios) - min(ratios) <= ROUNDING * abs(ratios[0])


def _curve(name: str, values: Sequence[float], unit: str, every: int = 1) -> Curve:
    finite = tuple(float(f"{value:.{DIGITS}g}") for value in values if math.isfinite(value))
    return Curve(name, finite, unit=unit, every=every)
