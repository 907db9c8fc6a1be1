"""What this machine gives to shut blocks in with, and what it lacks, by name."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from dlexamples.errors import ToldError
from dlexamples.model import Sandbox

if TYPE_CHECKING:
    from dlexamples.run.conditions import Conditions

INSIDE = Path(__file__).parent / "inside"
_MEGABYTE = 1 << 20
_SCOPES_SIGNALS = 6
"""From this version of Landlock on."""


class NotShutInError(ToldError, RuntimeError):
    """`--sandbox require` on a machine that cannot: what it lacks, and what would do."""


@dataclass(frozen=True, slots=True)
class ShutIn:
    """What a run gets of the machine."""

    namespaces: bool
    """This machine lets us make them."""
    memory: int
    """Bytes, beside what the server has imported."""
    disk: int
    """Bytes of all files together, and of any one."""
    processes: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to shut a run in with."""

    namespaces: bool
    lacking: tuple[str, ...] = ()
    """By name: what is not there, why, and what a block can do for that."""


def sandbox(conditions: Conditions) -> Sandbox:
    """How blocks are run here, as the report tells it. Raises NotShutInError."""
    lacking = machine().lacking if conditions.sandbox != "off" else ()
    if conditions.sandbox == "require" and lacking:
        raise NotShutInError(
            f"blocks cannot be shut in wholly, as `sandbox` requires: {'; '.join(lacking)}. "
            "`--sandbox auto` shuts them in as far as this machine can"
        )
    return Sandbox(conditions.sandbox, conditions.network, lacking)


def shut_in(conditions: Conditions) -> ShutIn | None:
    """What a run gets, or None where it is not shut in."""
    if conditions.sandbox == "off" or not _is_linux():
        return None
    return ShutIn(
        namespaces=machine().namespaces,
        memory=conditions.memory * _MEGABYTE,
        disk=conditions.disk * _MEGABYTE,
        processes=conditions.processes,
    )


def try_ahead() -> None:
    """Begins to try what there is: who asks a moment later need not wait."""
    if _is_linux():
        _probe()


@cache
def machine() -> Machine:
    """Tries everything once, in a process of its own."""
    if not _is_linux():
        return Machine(False, (f"{sys.platform} has none of Linux's ways, and blocks may do what you may",))
    with _asking:
        return found(**json.loads(_tried()))


_asking = Lock()


@cache
def _probe() -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-S", str(INSIDE), "probe"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@cache
def _tried() -> str:
    tried, fault = _probe().communicate()
    if _probe().returncode:
        raise RuntimeError(f"what tries the machine has failed:\n{fault}")
    return tried


def _is_linux() -> bool:
    return sys.platform.startswith("linux")


def found(*, landlock: int, seccomp: bool, namespaces: str) -> Machine:
    """From what `inside.probe` tells: Landlock's version, 0 for none; filters; why namespaces are refused."""
    lacking = []
    if namespaces:
        without = "blocks have no loopback and no /tmp, can change modes and times of your files"
        signals = "" if landlock >= _SCOPES_SIGNALS else ", signal your processes"
        lacking.append(f"namespaces ({namespaces}): {without}{signals}, and what they leave in /dev/shm stays")
    if namespaces and not seccomp:
        lacking.append("seccomp (there is none, or not on this processor): blocks can reach the network")
    if not landlock:
        what = "read and write" if namespaces else "read"
        lacking.append(f"Landlock (Linux 5.13, or switched off): blocks can {what} your files")
    return Machine(not namespaces, tuple(lacking))
