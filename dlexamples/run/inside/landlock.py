"""Landlock: which files a process and all that it starts may open (landlock(7), Linux 5.13).

What is open already stays open. Beside opening, it keeps other processes' memory and environment from being read
(ptrace(2)'s rights, whole /proc/PID/environ included), and from version 6 their signals and abstract sockets.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from .kernel import IS_LINUX, call

# The same numbers on every architecture that Python runs on.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_RULESET_VERSION, _RULE_PATH_BENEATH = 1, 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_CHANGE_FOLDER = sum(1 << bit for bit in range(4, 13))
"""Make and remove files, folders, links, pipes and sockets."""
_REFER, _TRUNCATE, _IOCTL_DEVICE = (1 << bit for bit in (13, 14, 15))
_FROM_VERSION = {2: _REFER, 3: _TRUNCATE, 5: _IOCTL_DEVICE}
_SCOPE_VERSION, _SCOPES = 6, 0b11
"""Abstract Unix sockets, signals."""

READ = _EXECUTE | _READ_FILE | _READ_DIR
WRITE = READ | _WRITE_FILE | _CHANGE_FOLDER | _REFER | _TRUNCATE
DEVICE = _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL_DEVICE
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE


def version() -> int:
    """Of Landlock in this kernel; 0 where there is none."""
    with contextlib.suppress(OSError):
        return call("syscall", _CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION) if IS_LINUX else 0
    return 0


def rules(readable: Iterable[str], writable: Iterable[str], devices: Iterable[str]) -> int:
    """A descriptor of rules by which nothing else can be opened. A path that is not there, or not reached, is passed
    over.

    Raises OSError where there is no Landlock.
    """
    found = version()
    handled = _EXECUTE | _WRITE_FILE | _READ_FILE | _READ_DIR | _CHANGE_FOLDER
    handled |= sum(right for first, right in _FROM_VERSION.items() if first <= found)
    attributes = struct.pack("QQQ", handled, 0, _SCOPES if found >= _SCOPE_VERSION else 0)
    length = len(attributes) if found >= _SCOPE_VERSION else 8
    made = call("syscall", _CREATE_RULESET, ctypes.c_char_p(attributes), length, 0)
    for paths, rights in ((readable, READ), (writable, WRITE), (devices, DEVICE)):
        for path in paths:
            _allow(made, path, rights & handled)
    return made


def restrict(rules: int) -> None:
    """From here on they hold for this process and all that it starts. Raises OSError."""
    call("syscall", _RESTRICT_SELF, rules, 0)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        beneath = struct.pack("=Qi", rights, descriptor)
        call("syscall", _ADD_RULE, rules, _RULE_PATH_BENEATH, ctypes.c_char_p(beneath), 0)
    finally:
        os.close(descriptor)
