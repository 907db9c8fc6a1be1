"""Test sets whose rows are the training set's, by the names that the post gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from . import Watch, watches
from .seen import Coincidence
from .tensors import readable
from .written import Written

TEST = ("test", "val", "valid", "validation", "dev", "holdout")
MOST_ROWS = 200
"""Of the test set."""
MOST_BYTES = 1 << 26
"""Of the training set."""
FEWEST_ROWS = 20
DISTINCT = 0.9
"""The part of a test set's rows that must differ from each other: where the same few come again and again, as in a
table of categories or a truth table, they come in both sets."""
_TRAIN = re.compile(r"train(?:ing)?", re.IGNORECASE)


@watches("numpy")
def splits(numpy: Any, watch: Watch) -> None:
    watch.ends.append(partial(_look, numpy, watch, set()))


def _look(numpy: Any, watch: Watch, known: set[tuple[int, int]], namespace: dict[str, Any], written: Written) -> None:
    for training, test in _pairs(namespace):
        one, other = namespace[training], namespace[test]
        if (id(one), id(other)) in known:
            continue
        known.add((id(one), id(other)))
        if found := coincident(numpy, rows_of(numpy, one), rows_of(numpy, other)):
            watch.coincidences[training, test] = Coincidence(training, test, written.bound(test), *found)


def _pairs(namespace: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names that differ in `train` and `test` alone."""
    for name in namespace:
        found = _TRAIN.search(name)
        for word in TEST if found else ():
            word = word.upper() if found and found[0].isupper() else word
            word = word.capitalize() if found and found[0].istitle() else word
            other = _TRAIN.sub(word, name, count=1)
            if other in namespace:
                yield name, other


def rows_of(numpy: Any, value: Any) -> Any:
    """The inputs as an array whose first axis is rows; None for what has none in memory. Nothing is drawn."""
    package = type(value).__module__.partition(".")[0]
    if isinstance(value, numpy.ndarray):
        return value if value.ndim > 1 and value.dtype.kind in "fiub" else None
    if package == "torch":
        return _of_torch(numpy, value)
    if package == "torchvision":
        held = getattr(value, "data", None)
        return None if held is None else rows_of(numpy, held)
    if package == "tensorflow" and hasattr(value, "numpy"):
        return rows_of(numpy, value.numpy())
    return None


def _of_torch(numpy: Any, value: Any) -> Any:
    import torch

    if isinstance(value, torch.Tensor):
        is_plain = readable(torch, value) and value.device.type == "cpu" and value.dtype is not torch.bfloat16
        return rows_of(numpy, value.detach().resolve_neg().numpy()) if is_plain else None
    if isinstance(value, torch.utils.data.DataLoader):
        return rows_of(numpy, value.dataset)
    if isinstance(value, torch.utils.data.TensorDataset):
        return rows_of(numpy, value.tensors[0]) if value.tensors else None
    if isinstance(value, torch.utils.data.Subset):
        rows = rows_of(numpy, value.dataset)
        return None if rows is None else rows[numpy.asarray(list(value.indices), dtype=int)]
    return None


def coincident(numpy: Any, training: Any, test: Any) -> tuple[int, int] | None:
    """(rows of the test set that were looked at, those of them that the training set holds); None where that says
    nothing: another form, too few rows, rows of one number, rows that repeat."""
    if training is None or test is None or training.shape[1:] != test.shape[1:] or training.dtype != test.dtype:
        return None
    size = int(numpy.prod(test.shape[1:]))
    if size < 2 or len(test) < FEWEST_ROWS or not size * test.itemsize:
        return None
    step = max(1, len(test) // MOST_ROWS)
    looked_at = [row.tobytes() for row in test[::step]]
    distinct = set(looked_at)
    if len(distinct) < max(FEWEST_ROWS, DISTINCT * len(looked_at)):
        return None
    held = {row.tobytes() for row in training[: MOST_BYTES // (size * test.itemsize)]} & distinct
    return len(looked_at), sum(row in held for row in looked_at)
