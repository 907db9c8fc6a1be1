"""The way between a process of blocks and its parent: events one way, commands the other, a line of JSON each."""

from __future__ import annotations

import json
import os
import socket
from typing import Any, Protocol

FIRST_OUT_OF_REACH = 200


class Channel(Protocol):
    def send(self, event: dict[str, Any]) -> None: ...
    def receive(self) -> dict[str, Any] | None:
        """The next command; None when the parent has gone."""


class SocketChannel:
    """Both ways on one socket: a forked process."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.file = connection.makefile("rb")

    def out_of_reach(self) -> SocketChannel:
        """The same on a descriptor that is none of the small numbers, which a daemon closes."""
        from fcntl import F_DUPFD_CLOEXEC, fcntl

        return SocketChannel(socket.socket(fileno=fcntl(self.connection, F_DUPFD_CLOEXEC, FIRST_OUT_OF_REACH)))

    def close(self) -> None:
        self.file.close()
        self.connection.close()

    def send(self, event: dict[str, Any]) -> None:
        self.connection.sendall(json.dumps(event).encode() + b"\n")

    def receive(self) -> dict[str, Any] | None:
        line = self.file.readline()
        return json.loads(line) if line else None


class PipeChannel:
    """A descriptor each way: a new interpreter."""

    def __init__(self, commands: int, events: int) -> None:
        self.commands = os.fdopen(commands, "rb")
        self.events = os.fdopen(events, "wb", buffering=0)

    def send(self, event: dict[str, Any]) -> None:
        self.events.write(json.dumps(event).encode() + b"\n")

    def receive(self) -> dict[str, Any] | None:
        line = self.commands.readline()
        return json.loads(line) if line else None
