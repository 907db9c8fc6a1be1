"""Linux's calls for which Python has no function, through the C library."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

IS_LINUX = sys.platform.startswith("linux")
LIBRARY = ctypes.CDLL(None, use_errno=True) if IS_LINUX else None

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
_CAPABILITY_VERSION_3 = 0x20080522


def call(name: str, *arguments: Any) -> int:
    """The C library's function `name`; integers are passed as C's long. Raises OSError."""
    if not hasattr(LIBRARY, name):
        raise OSError(f"{name}: not a function of this system")
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result: int = getattr(LIBRARY, name)(*given)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def process_control(option: int, value: int) -> None:
    """prctl(2) where there is one."""
    if IS_LINUX:
        call("prctl", option, value, 0, 0, 0)


def give_up_privileges() -> None:
    """No capability is left (capset(2)), and no program that is started brings one (prctl(2), Linux 3.5)."""
    process_control(PR_SET_NO_NEW_PRIVS, 1)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())
