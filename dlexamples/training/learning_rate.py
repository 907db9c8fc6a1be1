"""DL428: a learning rate that is out of range for this optimizer and this model.

How far an update moves the weights, as a part of what they are, should be about 1e-3
(https://cs231n.github.io/neural-networks-3/#ratio). What is told here is hundreds of times more, or ten thousand times
less, and the loss shows it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import constant, course, diverged, end_of, finite, is_flat, updates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Loss, Optimizer, Training

USUAL = 1e-3
TOO_LARGE, TOO_SMALL = 0.5, 1e-7
LOW = 1e-5
"""With a larger one it is the gradients that are small."""
OVERSHOOTS = 2.0
"""How many times as high as at first the loss must have been: weights that begin at 0 move far, too, and it falls."""
NO_BETTER = 0.99
"""The part of a constant answer's loss from which on the model has found nothing."""
FEWEST = 10
"""Updates."""
_SEARCHES_A_LINE = {"LBFGS"}
"""Their learning rate is no length of a step."""


@check("DL428")
def learning_rate(training: Training) -> Iterator[Finding]:
    if not training.learnable:
        return
    steps = Counter(optimizer.step_line for optimizer in training.optimizers)
    for optimizer in training.optimizers:
        if steps[optimizer.step_line] > 1:
            continue  # Rates are compared, and the loss is that of all of them.
        found_by = [loss for loss in training.computed if loss.line in {*optimizer.losses, optimizer.step_line}]
        if optimizer.rate <= 0 or optimizer.name in _SEARCHES_A_LINE or len(found_by) != 1 or not any(optimizer.ratios):
            continue
        loss = found_by[0]
        if updates(training, loss) < FEWEST or len(course(training, loss)) < 2 or not finite(training, loss):
            continue
        if found := _too_large(training, loss, optimizer) or _too_small(training, loss, optimizer):
            message, suggestion = found
            yield Finding(
                optimizer.line,
                message,
                suggestion,
                f"learning rate {optimizer.rate:g}",
                ((loss.line, "the loss is computed here"),),
            )


def _too_large(training: Training, loss: Loss, optimizer: Optimizer) -> tuple[str, str] | None:
    moved, best, values = max(optimizer.ratios), constant(training, loss), course(training, loss)
    fit = training.fit_of(loss)
    first = fit.first_loss if fit else values[0]
    if moved < TOO_LARGE or best is None or best[0] <= 0 or diverged(training, loss):
        return None
    if first < 0 or max(values) < OVERSHOOTS * first:
        return None
    end = end_of(training, loss)
    if end < NO_BETTER * best[0]:
        return None
    return (
        f"the learning rate of `{optimizer.name}`, {optimizer.rate:g}, is too large for this model: an update has "
        f"moved the weights by {moved:.0%} of what they were, the loss has risen from {first:.3g} to "
        f"{max(values):.3g}, and after {updates(training, loss)} updates it is {end:.3g}, where always answering "
        f"{best[1]} would score {best[0]:.3g}",
        f"a smaller one: an update should move the weights by about {USUAL:.1%}",
    )


def _too_small(training: Training, loss: Loss, optimizer: Optimizer) -> tuple[str, str] | None:
    moved = max(optimizer.ratios)
    if moved > TOO_SMALL or optimizer.rate > LOW or not is_flat(training, loss):
        return None
    values = course(training, loss)
    return (
        f"the learning rate of `{optimizer.name}`, {optimizer.rate:g}, is too small for this model: an update moves "
        f"the weights by {moved:.0e} of what they are, and the loss is {values[0]:.3g} at first and "
        f"{end_of(training, loss):.3g} after {updates(training, loss)} of them",
        f"a larger one: an update should move the weights by about {USUAL:.1%}",
    )
