"""What this machine gives to shut a run in with, as a line of JSON; Linux alone."""

from __future__ import annotations

import json
import os
import signal
import tempfile

from . import landlock, mounts, namespaces, seccomp

leave = os._exit


def main(arguments: list[str]) -> None:
    found = {
        "landlock": landlock.version(),
        "seccomp": seccomp.is_here(),
        "namespaces": _refused(),
    }
    print(json.dumps(found))


def _refused() -> str:
    """Why a run can have no namespaces of its own; empty where it can."""
    told, tell = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        if os.fork() == 0:
            _try(os.path.realpath(folder), tell)
        os.close(tell)
        with os.fdopen(told) as file:
            refused = file.read()
        os.wait()
    return refused


def _try(folder: str, tell: int) -> None:
    """As for two runs, one after the other: the first of their processes is divided off, the second one leaves."""
    try:
        namespaces.divide()
        for _ in range(2):
            first = namespaces.divide_off()
            if (child := os.fork()) == 0:
                namespaces.let_go()
                _try_to_leave(folder, tell)
            os.waitpid(child, 0)
            os.kill(first, signal.SIGKILL)
            os.waitpid(first, 0)
    except OSError as error:
        os.write(tell, str(error).encode())
    leave(0)


def _try_to_leave(folder: str, tell: int) -> None:
    try:
        namespaces.leave_host(network=False)
        mounts.own_view(folder, [], 1 << 20)
    except OSError as error:
        os.write(tell, str(error).encode())
    leave(0)
