"""Stub until the real one lands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortened:
    line: int
    was: int
    now: int


def shortened(source: str, epochs: int) -> tuple[str, list[Shortened]]:
    return source, []
