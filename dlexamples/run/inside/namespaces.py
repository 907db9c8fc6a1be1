"""Namespaces: processes, a network and mounts of a run's own (namespaces(7)).

A user namespace gives the right to make the others; inside it everybody is who they are outside.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
from fcntl import ioctl

from .kernel import call

_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = (
    0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40

_lifeline: list[int] = []


def divide() -> int:
    """The next processes that this one forks are in a namespace of processes of their own. Its first one, whose number
    is returned, does nothing: where it ends, the kernel ends all the others. It ends with this process.

    Raises OSError where that is forbidden: this process is no good any more then.
    """
    user, group = os.geteuid(), os.getegid()
    call("unshare", _NEW_USER | _NEW_PROCESSES)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    return _start_first_process()


def _start_first_process() -> int:
    """`cat` at the end of a pipe of which this process holds the other: the smallest program that ends with us."""
    program = shutil.which("cat", path=os.defpath)
    if program is None:
        raise OSError(f"cat: not found in {os.defpath}")
    end, lifeline = os.pipe()
    _lifeline.append(lifeline)
    first = os.posix_spawn(program, ["cat"], {}, file_actions=[(os.POSIX_SPAWN_DUP2, end, 0)])
    os.close(end)
    return first


def let_go() -> None:
    """In a forked process: its life does not keep the first one alive."""
    while _lifeline:
        os.close(_lifeline.pop())


def leave_host(*, network: bool) -> None:
    """Mounts and shared memory of this process's own and, unless it may use `network`, nothing but a loopback device.

    Raises OSError.
    """
    call("unshare", _NEW_MOUNTS | _NEW_IPC | (0 if network else _NEW_NETWORK))
    if not network:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", _IFF_UP | _IFF_RUNNING))


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
