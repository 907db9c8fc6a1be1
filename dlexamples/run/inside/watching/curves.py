"""A series of numbers, thinned while it grows: a hundred or so, whatever the length of a training."""

from __future__ import annotations

MOST = 128


class Thinned:
    """The first of its numbers, then every second, every fourth …, so that at most `MOST` are kept."""

    def __init__(self) -> None:
        self.count = 0
        self.stride = 1
        self.values: list[float] = []

    def next(self) -> bool:
        """Whether the number that comes now is to be kept with `add`."""
        wanted = self.count % self.stride == 0
        self.count += 1
        return wanted

    def add(self, value: float) -> None:
        if len(self.values) == MOST:
            del self.values[1::2]
            self.stride *= 2
            if (self.count - 1) % self.stride:
                return
        self.values.append(value)
