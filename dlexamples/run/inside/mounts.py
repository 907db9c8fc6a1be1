"""What a run sees of the file system, in a mount namespace of its own: everything, and nothing of it to write but its
own folder; its own processes in /proc; a /tmp and a /dev/shm that go when it does.

What Landlock does not look after is looked after here: modes, owners and times of files, and the sockets of services
in /run.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from .kernel import call

_READ_ONLY, _NO_SET_ID, _NO_DEVICES, _NO_PROGRAMS, _BIND, _RECURSIVE, _PRIVATE = (
    1, 2, 4, 8, 0x1000, 0x4000, 1 << 18,
)  # fmt: skip
_MOUNT_SETATTR = 442
"""Linux 5.12; the same number on every architecture that Python runs on."""
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
TEMPORARY, SERVICES, SHARED = "/tmp", "/run", "/dev/shm"
_NIXOS = "/run/current-system"
"""There all programs are reached through /run."""


def own_view(folder: str, needed: Iterable[str], memory: int) -> None:
    """`folder`: the run's own. `needed`: folders, none below another, that stay where they are, also below what is
    covered. `memory`: bytes that shared memory may take.

    Raises OSError.
    """
    _mount("none", "/", "", _RECURSIVE | _PRIVATE)
    _mount(folder, folder, "", _BIND)
    _set_attributes("/", _AT_RECURSIVE, setting=_READ_ONLY)
    _set_attributes(folder, 0, clearing=_READ_ONLY)
    stays = [folder, *filter(os.path.isdir, needed)]
    temporary = os.path.join(folder, "tmp")
    os.makedirs(temporary, 0o700, exist_ok=True)
    _cover(TEMPORARY, temporary, stays)
    if os.path.isdir(SERVICES) and not os.path.exists(_NIXOS):
        services = os.path.join(folder, "run")
        os.makedirs(services, 0o700, exist_ok=True)
        _cover(SERVICES, services, stays)
    if os.path.isdir(SHARED):
        _mount("tmpfs", SHARED, "tmpfs", _NO_SET_ID | _NO_DEVICES, f"mode=1777,size={memory}")
    _mount("proc", "/proc", "proc", _NO_SET_ID | _NO_DEVICES | _NO_PROGRAMS)


def _cover(place: str, folder: str, stays: Iterable[str]) -> None:
    """Puts `folder` in `place`, and back into it what lies below and stays."""
    opened = [(path, os.open(path, os.O_PATH)) for path in stays if path.startswith(place + os.sep)]
    _mount(folder, place, "", _BIND)
    for path, descriptor in opened:
        os.makedirs(path, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}", path, "", _BIND | _RECURSIVE)
        os.close(descriptor)


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    try:
        call("mount", source.encode(), target.encode(), kind.encode() or None, flags, data.encode() or None)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} ({target})") from None


def _set_attributes(path: str, flags: int, *, setting: int = 0, clearing: int = 0) -> None:
    attributes = struct.pack("QQQQ", setting, clearing, 0, 0)
    call("syscall", _MOUNT_SETATTR, _AT_FDCWD, path.encode(), flags, ctypes.c_char_p(attributes), len(attributes))
