"""Whether the input holds the target: which of its columns tell it."""

from __future__ import annotations

from collections.abc import Sequence

MOST_ROWS, MOST_COLUMNS = 64, 128
FEWEST_ROWS = 20
"""Different ones: the four of a truth table come again in each batch."""
EACH = 4
"""Of them for each class, on average: of fewer it may be chance that a column is the same in all."""
FEWEST_VALUES = 10
"""Different targets, of which it is no chance, and no truth table, that a column equals each."""
MOST_CLASSES = 20
ROUND_OFF = 1e-6


class Revealing:
    """Two kinds of columns: those that equal the target in every row, and those that have one value for each class, and
    that together tell all classes apart: the class itself, scaled or not, its one-hot code."""

    def __init__(self) -> None:
        self._rows: set[tuple[float, ...]] = set()
        self._equal: set[int] | None = None
        self._by_class: dict[int, dict[float, float]] = {}
        """By column that has had one value for each class up to now: that value, by class."""
        self._targets: set[float] = set()

    def add(self, rows: Sequence[Sequence[float]], targets: Sequence[float]) -> None:
        """Rows of the input, each with the target of the row."""
        if len(rows) != len(targets) or not rows or len(rows[0]) < 2:
            return
        if self._equal is None:
            self._equal = set(range(len(rows[0])))
            self._by_class = {column: {} for column in self._equal}
        self._rows.update(map(tuple, rows))
        self._targets.update(targets)
        for row, target in zip(rows, targets, strict=True):
            close = ROUND_OFF * (1 + abs(target))
            self._equal = {column for column in self._equal if column < len(row) and abs(row[column] - target) <= close}
            if len(self._targets) <= MOST_CLASSES:
                for column in list(self._by_class):
                    if column >= len(row) or self._by_class[column].setdefault(target, row[column]) != row[column]:
                        del self._by_class[column]

    def columns(self) -> list[int]:
        """From 0; empty where the target is not told."""
        if len(self._rows) < FEWEST_ROWS or len(self._targets) < 2:
            return []
        if self._equal and len(self._targets) >= FEWEST_VALUES:
            return sorted(self._equal)
        if len(self._targets) > MOST_CLASSES or len(self._rows) < EACH * len(self._targets):
            return []
        telling = [column for column, values in self._by_class.items() if len(set(values.values())) > 1]
        codes = {tuple(self._by_class[column][target] for column in telling) for target in self._targets}
        return telling if telling and len(codes) == len(self._targets) else []
