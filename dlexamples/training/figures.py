"""What several checks ask of a loss: what a constant answer would score, where its curve ends, how a shape is told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.training.evidence import Fit, Loss, Shape, Training, Values

LAST = 0.1
"""The part of a curve whose mean is its end."""
FLAT, MOST_NOISE = 1e-3, 0.5
"""By how much of itself a flat loss may change, from its first tenth to its last, and between batches."""
DIVERGED = 10.0
"""How many times as large a loss must have grown, as it began and as a constant answer scores."""
ENTROPIES = {"binary_crossentropy", "binary_cross_entropy", "binary_cross_entropy_with_logits"}
CATEGORICAL = {"cross_entropy", "sparse_categorical_crossentropy"}
SQUARES = {"mse_loss", "mean_squared_error"}


def ending(curve: Sequence[float]) -> float:
    """The mean of the last tenth, of four values at least."""
    last = curve[-max(4, math.ceil(len(curve) * LAST)) :]
    return sum(last) / len(last)


def course(training: Training, loss: Loss) -> tuple[float, ...]:
    """How the loss went: by call, or by epoch of a `fit`."""
    fit = training.fit_of(loss)
    return fit.history.get("loss", ()) if fit else loss.curve


def end_of(training: Training, loss: Loss) -> float:
    """Where it ended: of a `fit` the last epoch's mean."""
    values = course(training, loss)
    return values[-1] if training.fit_of(loss) else ending(values)


def updates(training: Training, loss: Loss) -> int:
    fit = training.fit_of(loss)
    return fit.updates if fit else loss.updates


def targets(training: Training, loss: Loss) -> Values:
    fit = training.fit_of(loss)
    return fit.targets if fit else loss.targets


def constant(training: Training, loss: Loss) -> tuple[float, str] | None:
    """The loss of the best answer that is the same for every row, and that answer; None where it is not known, or where
    there is nothing to tell apart."""
    values, fit = targets(training, loss), training.fit_of(loss)
    if not loss.comparable or not values.vary or (fit and not fit.plain):
        return None
    if loss.function in SQUARES:
        return values.variance, f"the mean {values.mean:.3g}"
    if loss.function in ENTROPIES and values.low >= 0 and values.high <= 1:
        return _entropy([values.mean, 1 - values.mean]), f"the probability {values.mean:.3g}"
    if (
        loss.function in CATEGORICAL
        and values.classes
        and values.low >= 0
        and loss.target_type not in {"float32", "float64"}
    ):
        counts = [number for _, number in values.classes]
        return _entropy([number / sum(counts) for number in counts]), "the share of each class"
    return None


def _entropy(shares: Sequence[float]) -> float:
    return -sum(share * math.log(share) for share in shares if share > 0)


def diverged(training: Training, loss: Loss) -> bool:
    """Whether it has grown far beyond where it began and what a constant answer scores."""
    values, best = course(training, loss), constant(training, loss)
    if len(values) < 2 or best is None:
        return False
    first, last = values[0], end_of(training, loss)
    return last > DIVERGED * max(first, best[0])


def is_flat(training: Training, loss: Loss) -> bool:
    """Whether it is the same from beginning to end."""
    values = course(training, loss)
    if len(values) < 2:
        return False
    low, high = min(values), max(values)
    begins, ends = ending(values[: max(4, math.ceil(len(values) * LAST))]), ending(values)
    # Batches of one training differ by chance, and their mean does not.
    return abs(ends - begins) <= FLAT * abs(begins) and high - low <= MOST_NOISE * abs(begins)


def finite(training: Training, loss: Loss) -> bool:
    fit = training.fit_of(loss)
    return not loss.not_finite and (fit is None or all(map(math.isfinite, fit.history.get("loss", ()))))


def told(shape: Shape) -> str:
    """`(batch, 64)`, `(32,)`."""
    sizes = ["batch" if size is None else str(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def chosen(fit: Fit | None) -> tuple[tuple[int, str], ...]:
    """Where the loss of a `fit` was chosen."""
    return ((fit.compile_line, "the loss is chosen here"),) if fit and fit.compile_line else ()
