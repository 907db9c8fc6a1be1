"""seccomp: system calls that are refused to a process and all that it starts (seccomp(2), Linux 3.5).

What keeps the network closed where there are no namespaces. It sees numbers and no addresses, so that loopback is
closed, too.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct

from .kernel import IS_LINUX, PR_SET_SECCOMP, call

_MODE_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
"""Of classic BPF: a word of `struct seccomp_data`, jumps on its value, the end."""
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Bytes into `struct seccomp_data`; the argument's low half, as both architectures are little-endian."""
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_X32 = 0x40000000
_IO_URING_SETUP = 425
"""Its rings open sockets past this filter."""
_MACHINES = {"x86_64": (0xC000003E, 41, 76), "aarch64": (0xC00000B7, 198, 45)}
"""By `uname -m`: AUDIT_ARCH_…, and the numbers of socket(2) and truncate(2)."""
_FAMILIES = (socket.AF_UNIX, 16)
"""That stay: Unix sockets, and netlink(7), which tells of the machine's interfaces."""


def is_here() -> bool:
    """Whether the kernel has filters, and this file the machine's numbers: no filter at all is an address that is
    wrong (EFAULT) where it has, and a wrong option (EINVAL) where not."""
    if not IS_LINUX or os.uname().machine not in _MACHINES:
        return False
    try:
        call("prctl", PR_SET_SECCOMP, _MODE_FILTER, None, 0, 0)
    except OSError as error:
        return error.errno == errno.EFAULT
    return True


def refuse_sockets() -> None:
    """Only Unix sockets can be made, any other network is unreachable; and no file is shortened by its name, which
    Landlock looks after from version 3 only. Raises OSError."""
    machine, make_socket, truncate = _MACHINES[os.uname().machine]
    unreachable, denied, absent = (_ERROR | number for number in (errno.ENETUNREACH, errno.EACCES, errno.ENOSYS))
    rules = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, absent),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, absent),
        (_EQUAL, 0, 1, _IO_URING_SETUP),
        (_RETURN, 0, 0, absent),
        (_EQUAL, 0, 1, truncate),
        (_RETURN, 0, 0, denied),
        (_EQUAL, 0, 4, make_socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 2, 0, _FAMILIES[0]),
        (_EQUAL, 1, 0, _FAMILIES[1]),
        (_RETURN, 0, 0, unreachable),
        (_RETURN, 0, 0, _ALLOW),
    ]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    # struct sock_fprog: a length and a pointer, which stays alive until the call has returned.
    given = struct.pack("HxxxxxxP", len(rules), ctypes.addressof(program))
    call("prctl", PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_char_p(given), 0, 0)
