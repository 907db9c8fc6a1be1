"""DL401: predictions and targets of different shapes are stretched to fit, and each is compared with many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, Remedy, check
from dlexamples.training.figures import chosen, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Loss, Shape, Training


@check("DL401")
def broadcast(training: Training) -> Iterator[Finding]:
    for loss in training.computed:
        found = _stretched(loss)
        if found:
            message, suggestion = found
            shapes = f"output {told(loss.output)}, target {told(_target(loss))}"
            yield Finding(
                loss.line,
                f"{message}: {shapes}",
                suggestion,
                shapes,
                chosen(training.fit_of(loss)),
                remedy=_remedy(loss),
            )


def _remedy(loss: Loss) -> Remedy | None:
    """Where each prediction has its own target, only laid out otherwise."""
    if loss.framework != "torch" or loss.function == "squared difference" or loss.output[0] != loss.target[0]:
        return None
    if len(loss.target) == 1 and loss.output[1:] == (1,):
        return Remedy("unsqueeze targets", loss.line)
    return Remedy("squeeze targets", loss.line) if len(loss.output) == 1 and loss.target[1:] == (1,) else None


def _target(loss: Loss) -> Shape:
    """Of a difference that the post has written out, only what it was stretched to is known."""
    if loss.function != "squared difference":
        return loss.target
    return loss.target[:1] if len(loss.output) == 2 else (loss.target[0], 1)


def _stretched(loss: Loss) -> tuple[str, str] | None:
    """What is compared with what, and what would do; None where each prediction has its own target."""
    output, target = loss.output, loss.target
    if loss.takes != "values" or not output or not target or output == target:
        return None
    if loss.framework == "keras" and _keras_squeezes(output, target):
        return None
    if loss.function == "squared difference":
        # Its `target` is the shape of the difference.
        return _all_pairs(output[0]) if _is_square(output, target) else None
    if len(target) == 1 and len(output) == 2:
        return _one_dimensional(output, target)
    if len(output) == len(target) == 2 and target[1] == 1 and (output[1] or 0) > 1:
        return (
            f"the model gives {output[1]} outputs a row and there is one target: it is broadcast over {output[1]} "
            f"columns, and all {output[1]} outputs learn the same",
            f"give the last layer 1 unit, or {output[1]} targets a row",
        )
    if len(output) == 1 and len(target) == 2 and target[1] == 1 and target[0] == output[0] and (output[0] or 0) > 1:
        return _all_pairs(output[0])
    return None


def _one_dimensional(output: Shape, target: Shape) -> tuple[str, str] | None:
    """Targets in one row against predictions in a table: they are laid along the wrong axis."""
    rows, columns = output
    if columns == 1:
        return _all_pairs(rows) if rows == target[0] and rows != 1 else None
    if target[0] is None or (rows == columns == target[0]):
        number = "the batch" if target[0] is None else f"{target[0]} rows"
        return (
            f"the targets of {number} are laid along the {columns} outputs of each row, so that a row is compared with "
            "the targets of other rows",
            "give the targets a column of their own, `y.reshape(-1, 1)`, and the last layer as many units as there "
            "are targets a row",
        )
    return None


def _all_pairs(rows: int | None) -> tuple[str, str]:
    number = "each" if rows is None else f"each of {rows}"
    return (
        f"{number} predictions is compared with the targets of all rows, by broadcasting, so that the best answer is "
        "their mean",
        "give both the same shape: `targets.unsqueeze(1)`, or `predictions.squeeze(1)`",
    )


def _is_square(output: Shape, difference: Shape) -> bool:
    """(N, 1), or (N,), made (N, N) by what is subtracted."""
    if len(difference) != 2 or difference[0] != difference[1] or (difference[0] or 0) < 2:
        return False
    return output in {(difference[0], 1), (difference[0],)}


def _keras_squeezes(output: Shape, target: Shape) -> bool:
    """A rank that is one more by a last dimension of 1 is no matter to Keras (`squeeze_or_expand_to_same_rank`)."""
    longer, shorter = sorted((output, target), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and longer[-1] == 1
