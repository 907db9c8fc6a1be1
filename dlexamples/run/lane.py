"""The parent's side of a lane: what runs one process of blocks after the other, in one folder."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.run import folders

if TYPE_CHECKING:
    from pathlib import Path

    from dlexamples.run.job import ShutIn


@dataclass(frozen=True, slots=True)
class Walls:
    """What a lane's runs are shut in with, and what they reach: it stays while the lane does."""

    device: str
    network: bool
    shut_in: ShutIn | None


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """A process that waits for runs (`inside.lane`), and their folder."""

    control: socket.socket
    folder: Path
    walls: Walls
    to_search: bool

    def may_serve(self, walls: Walls, *, to_search: bool) -> bool:
        return self.walls == walls and self.to_search == to_search

    def is_ready(self) -> bool:
        """Whether it waits for the next run, after one has ended, and the folder is as it was. `inside.lane` says so
        before it closes the connection of the last one."""
        try:
            if not self.control.recv(1, socket.MSG_DONTWAIT):
                return False
            folders.empty(self.folder)
        except OSError:
            return False
        return True

    def hang_up(self) -> None:
        """It ends after its run."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.control.close()
        folders.remove(self.folder)
