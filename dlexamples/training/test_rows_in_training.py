"""DL434: the rows that a model is tested on are rows that it was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training

PART = 0.9
"""Of the test set's rows: fewer may be rows that the data hold twice."""


@check("DL434")
def test_rows_in_training(training: Training) -> Iterator[Finding]:
    if training.invented or training.served:
        return
    for found in training.coincidences:
        if found.count < PART * found.rows:
            continue
        test, seen = (name if " " in name or "`" in name else f"`{name}`" for name in (found.test, found.training))
        yield Finding(
            found.line,
            f"{test} holds rows of {seen}, {found.count} of {found.rows} that were looked at: what is measured on them "
            "says nothing of data that the model has not seen",
            "split the data once, before training, into rows for the one and rows for the other",
            "rows of the training set",
        )
