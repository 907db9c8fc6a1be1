"""The curves of a training run, each a drawing that needs no script and says in words what it shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Curve

WIDTH, HEIGHT, EDGE = 320, 96, 6
MOST = 160
"""Points that are drawn: of a longer run the lowest and the highest of each stretch."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One curve, in a box of `WIDTH` by `HEIGHT`."""

    name: str
    line: int
    label: str
    """What it shows, for those who do not see it."""
    change: str
    count: str
    """How many values it has, and of what."""
    first: str
    last: str
    """The ends of its axis; empty where it is not known what is counted."""
    highest: str
    lowest: str
    lines: tuple[str, ...]
    """Points of the polylines; a gap is where the run gave no finite number."""
    dots: tuple[Point, ...]
    """Points that have a gap on both sides."""
    not_finite: int


def drawn(curve: Curve) -> Drawing | None:
    """None of a curve that has no finite value."""
    finite = [value for value in curve.values if math.isfinite(value)]
    if not finite:
        return None
    runs = list(_runs(curve.values))
    change = f"{_number(finite[0])} → {_number(finite[-1])}"
    not_finite = len(curve.values) - len(finite)
    gaps = f", {not_finite} of them not finite" if not_finite else ""
    label = (
        f"{curve.name} over {_count(curve)}{gaps}: "
        f"from {_number(finite[0])} to {_number(finite[-1])}, "
        f"lowest {_number(min(finite))}, highest {_number(max(finite))}"
    )
    return Drawing(
        curve.name,
        curve.line,
        label,
        change,
        _count(curve),
        f"{curve.unit} 1" if curve.unit else "",
        f"{1 + (len(curve.values) - 1) * curve.every:,}" if curve.unit and len(curve.values) > 1 else "",
        _number(max(finite)),
        _number(min(finite)),
        tuple(" ".join(f"{x:g},{y:g}" for x, y in run) for run in runs if len(run) > 1),
        tuple(run[0] for run in runs if len(run) == 1),
        not_finite,
    )


def _count(curve: Curve) -> str:
    number = len(curve.values)
    plural = "s" if number != 1 else ""
    if curve.every > 1:
        return f"{number} point{plural}, one in {curve.every} {curve.unit}s"
    return f"{number:,} {curve.unit or 'point'}{plural}"


def _runs(values: Sequence[float]) -> Iterator[list[Point]]:
    """The points of each stretch of finite values."""
    finite = [value for value in values if math.isfinite(value)]
    lowest, height = min(finite), max(finite) - min(finite)
    for is_finite, run in groupby(enumerate(values), key=lambda pair: math.isfinite(pair[1])):
        if is_finite:
            yield [
                (
                    round(EDGE + (WIDTH - 2 * EDGE) * (step / (len(values) - 1) if len(values) > 1 else 0.5), 1),
                    round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * ((value - lowest) / height if height else 0.5), 1),
                )
                for step, value in _thinned(list(run))
            ]


def _thinned(run: list[tuple[int, float]]) -> list[tuple[int, float]]:
    if len(run) <= MOST:
        return run
    size = math.ceil(len(run) / (MOST // 2))
    found: list[tuple[int, float]] = [run[0]]
    for start in range(0, len(run), size):
        stretch = run[start : start + size]
        ends = {min(stretch, key=lambda pair: pair[1]), max(stretch, key=lambda pair: pair[1])}
        found += sorted(ends - set(found))
    return found if run[-1] in found else [*found, run[-1]]


def _number(value: float) -> str:
    return f"{value:.4g}"
