"""The curve of what gradients are asked of, whoever computes it."""

from __future__ import annotations

import math
from collections.abc import Callable

from . import Watch
from .seen import Objective


def follow(watch: Watch, line: int, read: Callable[[], float | None]) -> None:
    """Notes the number that `read` gives, where the curve of this line wants another one. It gives None for what cannot
    be read."""
    known = watch.objectives.get(line)
    if known is None:
        known = watch.objectives[line] = Objective(line)
    if not known.curve.next():
        return
    number = read()
    if number is not None and math.isfinite(number):
        known.curve.add(number)
