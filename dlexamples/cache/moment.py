"""Looks at what may change at any time, each taken for all questions of one moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOMENT = 0.2
"""Seconds. A post's sessions are asked for by the hundred, and what one of them stands on the others stand on, too."""


class Lately(Generic[T]):
    """What `look` says of a path, or has said in this moment. From any thread."""

    def __init__(self, look: Callable[[str], T]) -> None:
        self._look = look
        self._seen: dict[str, tuple[float, T]] = {}

    def __call__(self, path: str) -> T:
        now = time.monotonic()
        seen, found = self._seen.get(path, (0.0, None))
        if found is None or now - seen > MOMENT:
            found = self._look(path)
            self._seen[path] = now, found
        return found

    def forget(self) -> None:
        self._seen.clear()
