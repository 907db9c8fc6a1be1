"""Values that go along with a row's kind, from 0 to `kinds` - 1, so that one can be learned from the others."""

from __future__ import annotations

import random
import zlib
from typing import TypeVar

NOISE, BY_CHANCE = 0.15, 0.3
Each = TypeVar("Each")


def place(name: str, kind: int, kinds: int, draw: random.Random) -> float:
    """Of a number in its range, from 0 to 1: along with the kind or against it, as the column's name falls out."""
    along = (kind + 0.5) / kinds
    exact = along if sign(name) > 0 else 1 - along
    return min(max(exact + draw.gauss(0, NOISE), 0.0), 1.0)


def choice(values: tuple[Each, ...], kind: int, kinds: int, draw: random.Random) -> Each:
    """More often than not one of those that belong to the kind."""
    if draw.random() < BY_CHANCE:
        return draw.choice(values)
    first, after = kind * len(values) // kinds, (kind + 1) * len(values) // kinds
    return draw.choice(values[first : max(after, first + 1)])


def sign(name: str) -> int:
    return 1 if zlib.crc32(name.encode()) % 2 else -1
