"""Which wall of its sandbox an exception of a block comes from."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Iterator
from typing import Any

_OF_NETWORK = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN}
_OF_FILES = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EXDEV}
_OF_DISK = {errno.EFBIG, errno.ENOSPC, errno.EDQUOT}
_IN_WORDS = {
    "memory": re.compile(r"can't allocate memory|std::bad_alloc|\bOOM when allocating|[Cc]annot allocate memory"),
    "file": re.compile(r"Permission denied|Read-only file system"),
    "disk": re.compile(r"File too large|No space left on device"),
    "processes": re.compile(r"can't start new thread|Resource temporarily unavailable"),
}
"""What compiled libraries say, whose errors are no OSError."""


def wall(error: BaseException, job: dict[str, Any]) -> str:
    """`memory`, `processes`, `disk`, `network` or `file`; '' where the error, and what led to it, is another one."""
    if not job["sandbox"]:
        return ""
    found = next(filter(None, map(_of_one, _with_reasons(error))), "")
    return "" if found == "network" and job["network"] else found


def _of_one(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, socket.gaierror):
        return "network"
    if isinstance(error, OSError) and error.errno is not None:
        return _of_number(error)
    if isinstance(error, (OSError, RuntimeError)) or type(error).__module__.startswith("tensorflow."):
        text = str(error)
        return next((name for name, words in _IN_WORDS.items() if words.search(text)), "")
    return ""


def _of_number(error: OSError) -> str:
    if error.errno == errno.ENOMEM:
        return "memory"
    if error.errno in _OF_NETWORK:
        return "network"
    if error.errno in _OF_DISK:
        return "disk"
    if error.errno == errno.EAGAIN and error.filename is None:
        return "processes"
    return "file" if error.errno in _OF_FILES and _is_elsewhere(error.filename) else ""


def _is_elsewhere(path: Any) -> bool:
    """What a block has shut itself in its own home is no wall of ours; what has no path is no file."""
    if not isinstance(path, (str, bytes)):
        return False
    home = os.environ.get("HOME", "")
    return not os.path.realpath(os.fsdecode(path)).startswith(home + os.sep)


def _with_reasons(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it was raised from on purpose or while handling."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
