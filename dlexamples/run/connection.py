"""What comes over a socket, line by line, as far as it has come."""

from __future__ import annotations

import json
import select
import time
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

PIECE = 1 << 16
"""Bytes that are read at once."""
LONGEST_LINE = 1 << 26
"""Bytes; what sends more without a line's end is not listened to any more."""
LONGEST_WAIT = 1.0
"""Seconds. An interruption that is no signal, as Ray's, is heard between two waits."""


class Connection:
    """The end of a socket that somebody else may hang up."""

    def __init__(self, own: socket.socket) -> None:
        self.socket = own
        self.is_open = True
        self._lines: deque[bytes] = deque()
        self._begun: list[bytes] = []
        """Pieces of a line that is not whole yet."""
        self._size = 0

    def next(self) -> bytes | None:
        """A whole line that has come, without its end."""
        return self._lines.popleft() if self._lines else None

    def read(self) -> None:
        """Once there is something to read (`ready`); not `is_open` at the end."""
        try:
            data = self.socket.recv(PIECE)
        except OSError:
            data = b""
        self._size += len(data)
        if b"\n" in data:
            *whole, rest = b"".join([*self._begun, data]).split(b"\n")
            self._lines.extend(whole)
            self._begun, self._size = [rest], len(rest)
        else:
            self._begun.append(data)
        self.is_open = bool(data) and self._size <= LONGEST_LINE


def ready(connections: Iterable[Connection], until: float) -> list[Connection]:
    """Those that are open and have something to read, or have been hung up, once there are any. `until`: of the
    monotonic clock; it is looked once in any case. Raises TimeoutError."""
    waited_for = {each.socket.fileno(): each for each in connections if each.is_open}
    poll = select.poll()
    for descriptor in waited_for:
        poll.register(descriptor, select.POLLIN)
    while True:
        left = max(0.0, until - time.monotonic())
        if found := poll.poll(1000 * min(left, LONGEST_WAIT)):
            return [waited_for[descriptor] for descriptor, _ in found]
        if left <= LONGEST_WAIT:
            raise TimeoutError


def parsed(line: bytes) -> dict[str, Any] | None:
    """The event; None for what is none, as a block may write anything."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None
