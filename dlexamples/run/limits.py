"""How long the search for one session's mends may take."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps that the settings put on a search."""

    tries: int = 100
    """Candidates that are run."""
    seconds: float = 300.0

    def __str__(self) -> str:
        return f"{self.tries} tries or {self.seconds:g} s"


@dataclass(slots=True)
class Budget:
    """What is left of the limits."""

    tries: int
    until: float

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        return cls(limits.tries, time.monotonic() + limits.seconds)

    @property
    def is_spent(self) -> bool:
        return self.tries <= 0 or self.is_late

    @property
    def is_late(self) -> bool:
        """With more time the search might have found more."""
        return time.monotonic() >= self.until
