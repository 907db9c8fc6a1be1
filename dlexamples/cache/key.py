"""The key of an entry: a digest of all that decides a session's outcomes and is known before it runs."""

from __future__ import annotations

import hashlib
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dlexamples import __version__
from dlexamples.cache.files import contents
from dlexamples.cache.machine import machine, paths, variables
from dlexamples.cache.moved import shifted
from dlexamples.run.machine import sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Session
    from dlexamples.run.conditions import Conditions

_ABSOLUTE = re.compile(r"""(?<=["'])(?:/|[A-Za-z]:[\\/])[^"'\n]+(?=["'])""")


def key_of(session: Session, conditions: Conditions, filename: str) -> str | None:
    """64 hexadecimal digits; None for a session that reads what cannot be followed."""
    import msgspec

    sources = [block.source for block in session.blocks]
    files = _files(sources)
    if files is None:
        return None
    read = variables(sources)
    decides = {
        "us": (__version__, _ours()),
        "machine": _machine(),
        "sandbox": sandbox(conditions).lacking,
        "variables": read,
        "paths": paths(read),
        "files": files,
        "filename": filename,
        "conditions": conditions,
        "blocks": shifted(session.blocks, -session.blocks[0].line),
        "judged": session.judged,
        "results": shifted(session.results, -session.blocks[0].line),
        "installs": session.installs,
        "environment": session.environment,
    }
    try:
        return hashlib.sha256(msgspec.json.encode(decides, order="deterministic", enc_hook=str)).hexdigest()
    except UnicodeEncodeError:
        return None  # A notebook may hold half of a surrogate pair.


def _files(sources: Sequence[str]) -> dict[str, tuple[int, int] | None] | None:
    """By absolute path that stands in a text: the file's time and size. None where a folder of this machine is named:
    all that is in it may be read."""
    found: dict[str, tuple[int, int] | None] = {}
    for path in {path for source in sources for path in _ABSOLUTE.findall(source)}:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            found[path] = None
            continue
        if os.path.isdir(path):
            return None
        found[path] = status.st_mtime_ns, status.st_size
    return found


@cache
def _ours() -> str:
    """Of our own files: a checkout changes without its version."""
    found = contents(str(Path(__file__).parent.parent))
    return found.digest if found else ""


@cache
def _machine() -> tuple[object, ...]:
    return machine()
