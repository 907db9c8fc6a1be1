"""The parent's side of a lane: what runs one process of blocks after the other, in one folder."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.run import folders
from dlexamples.run.connection import parsed, ready

CLEARS_SECONDS = 1.0
"""How long a lane may take to take away what a run has left, before a new one is asked instead."""
END_SECONDS = 10.0
"""How long what is ended may take to be gone."""

if TYPE_CHECKING:
    from pathlib import Path

    from dlexamples.run.connection import Connection
    from dlexamples.run.machine import ShutIn
    from dlexamples.run.output import Output


@dataclass(frozen=True, slots=True)
class Walls:
    """What a lane's runs are shut in with, and what they reach: it stays while the lane does."""

    device: str
    network: bool
    shut_in: ShutIn | None


@dataclass(frozen=True, slots=True)
class Use:
    """What a lane is there for: the same for all of its runs."""

    walls: Walls
    ahead: tuple[str, ...] = ()
    """Imports with which each of them begins: they are made once."""
    to_search: bool = False
    """For no verdict, so that what looks for mends may be in memory, if there is such a server."""


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """A process that waits for runs (`inside.lane`), and their folder."""

    control: Connection
    folder: Path
    output: Output
    use: Use

    def is_ready(self) -> bool:
        """Whether it waits for the next run, after one has ended, and the folder is as it was."""
        try:
            until = time.monotonic() + CLEARS_SECONDS
            while not self._waits() and self.control.is_open:
                for connection in ready([self.control], until):
                    connection.read()
            folders.empty(self.folder)
            self.output.empty()
        except OSError:  # Also a TimeoutError.
            return False
        return self.control.is_open

    def _waits(self) -> bool:
        while (line := self.control.next()) is not None:
            if (event := parsed(line)) and event["event"] == "waits":
                return True
        return False

    def hang_up(self) -> None:
        """It ends after its run."""
        with contextlib.suppress(OSError):
            self.control.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Its folder goes once it has ended, and with it all that could be at work there."""
        self.hang_up()
        with contextlib.suppress(TimeoutError):
            until = time.monotonic() + END_SECONDS
            while self.control.is_open:
                for connection in ready([self.control], until):
                    connection.read()
        if not self.control.is_open:
            folders.remove(self.folder)
        self.control.socket.close()
        self.output.close()
