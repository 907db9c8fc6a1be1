"""Namespaces: processes, a network and mounts of a run's own (namespaces(7)).

A user namespace gives the right to make the others; inside it everybody is who they are outside.
"""

from __future__ import annotations

import os
import socket
import struct
from fcntl import ioctl

from .kernel import call

_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = (
    0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40


def divide() -> None:
    """Goes on in a child that is the first process of a namespace of processes, in a user namespace that gives the
    right to make others: with it the kernel ends all that is in it.

    Raises OSError where that is forbidden: this process is no good any more then.
    """
    user, group = os.geteuid(), os.getegid()
    call("unshare", _NEW_USER | _NEW_PROCESSES)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    if os.fork():
        os._exit(0)


def leave_host(*, network: bool) -> None:
    """Mounts of this process's own and, unless it may use `network`, nothing but a loopback device. Raises OSError."""
    call("unshare", _NEW_MOUNTS | (0 if network else _NEW_NETWORK))
    if not network:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", _IFF_UP | _IFF_RUNNING))


def own_messages() -> None:
    """Shared memory, semaphores and message queues of this process's own (ipc_namespaces(7)). Raises OSError."""
    call("unshare", _NEW_IPC)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
