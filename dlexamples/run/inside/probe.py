"""What this machine gives to shut a run in with, as a line of JSON; Linux alone."""

from __future__ import annotations

import json
import os
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
    """What a lane does, and the process that it forks for a run."""
    try:
        namespaces.divide()
        namespaces.leave_host(network=False)
        mounts.own_view(folder, [], 1 << 20)
        namespaces.own_messages()
    except OSError as error:
        os.write(tell, str(error).encode())
    leave(0)
