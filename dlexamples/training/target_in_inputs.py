"""DL433: the input holds the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check
from dlexamples.training.figures import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training


@check("DL433")
def target_in_inputs(training: Training) -> Iterator[Finding]:
    if training.invented or training.served or training.random:
        return
    for loss in training.computed:
        if loss.revealed and loss.framework == "torch":
            yield _finding(loss.line, loss.revealed)
    for fit in training.fits:
        if fit.revealed:
            yield _finding(fit.line, fit.revealed, chosen(fit))


def _finding(line: int, columns: tuple[int, ...], related: tuple[tuple[int, str], ...] = ()) -> Finding:
    several = len(columns) > 1
    named = f"columns {', '.join(map(str, columns))} tell" if several else f"column {columns[0]} tells"
    return Finding(
        line,
        f"the input holds the answer: its {named} the target of every row (counted from 0)",
        f"leave {'these columns' if several else 'this column'} out of the input",
        "the target is in the input",
        related,
    )
