"""What is installed, by what installers leave beside it, and without importing any of it.

A distribution's `RECORD` holds a digest of each of its files: another build of the same version is told from it.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.verdicts.packages import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

SITES = ("site-packages", "dist-packages")
"""How the folders are called into which installers put packages."""
_METADATA = re.compile(r"(.+?)(?:-[^-]+)?(?:-py[\d.]+.*)?\.(?:dist-info|egg-info|egg-link)")
_NAME = re.compile(rb"^Requires-Dist: *([\w.-]+)", re.MULTILINE)
_TOP = re.compile(rb"^([^/,\n]+)", re.MULTILINE)


def sites(beside: str = "") -> list[str]:
    """The folders of installed packages on the path, and the folder `beside` them."""
    found = [path for path in sys.path if os.path.basename(path) in SITES]
    return [*dict.fromkeys(found), *([beside] if beside else [])]


class Stamp(NamedTuple):
    """A file, and what tells that it is another one now."""

    path: str
    modified: int = -1
    """In nanoseconds; -1 for a file that is not there, since a system may give all of its files the time 0."""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Installed:
    """What is installed at one time."""

    metadata: dict[str, str]
    """By a distribution's name as an index compares them: where its metadata lie. The first on the path is the one that
    counts."""
    records: dict[str, Stamp]
    """By the same: the file that tells most of its contents."""
    path_files: tuple[Stamp, ...]
    """Files that put folders on the path, or run code as the interpreter starts."""


def look(beside: str = "") -> Installed:
    """What is installed now, and in the folder `beside`."""
    metadata: dict[str, str] = {}
    for folder in sites(beside):
        for entry in sorted(_listed(folder)):
            if match := _METADATA.fullmatch(entry):
                metadata.setdefault(plain(match[1]), os.path.join(folder, entry))
    path_files = [
        os.path.join(folder, entry) for folder in sites() for entry in sorted(_listed(folder)) if entry.endswith(".pth")
    ]
    return Installed(
        metadata, {name: _record(where) for name, where in metadata.items()}, tuple(map(_stamp, path_files))
    )


def digest(name: str, here: Installed) -> str:
    """Of the distribution's version and its files; empty for one that is not installed."""
    return _digest(os.path.basename(here.metadata[name]), here.records[name]) if name in here.metadata else ""


def everything(here: Installed) -> str:
    """The digest of all that is installed, and of what installers have put on the path."""
    found = sorted((name, digest(name, here)) for name in here.metadata)
    paths = [_digest(os.path.basename(each.path), each) for each in here.path_files]
    return hashlib.sha256(repr((found, paths)).encode()).hexdigest()


def owners(modules: Iterable[str], here: Installed) -> dict[str, set[str]]:
    """By top-level module: the distributions that hold files of it, none for a module that nobody installed."""
    wanted = set(modules)
    found: dict[str, set[str]] = {module: set() for module in wanted}
    for name, record in here.records.items():
        for module in wanted & _tops(record):
            found[module].add(name)
    return found


def requirements(metadata: str) -> set[str]:
    """What the distribution names as its requirements, optional ones included: it may look for them, and act otherwise
    where they are."""
    for name in ("METADATA", "PKG-INFO", ""):
        data = _bytes(os.path.join(metadata, name) if name else metadata)
        if data:
            return {plain(each.decode()) for each in _NAME.findall(data)}
    return set()


def _record(metadata: str) -> Stamp:
    candidates = (_stamp(os.path.join(metadata, name)) for name in ("RECORD", "METADATA", "PKG-INFO"))
    return next(filter(lambda each: each.modified >= 0, candidates), _stamp(metadata))


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _stamp(path: str) -> Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return Stamp(path)
    return Stamp(path, status.st_mtime_ns, status.st_size)


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


@lru_cache(maxsize=4096)
def _digest(name: str, record: Stamp) -> str:
    return hashlib.sha256(name.encode() + _bytes(record.path)).hexdigest()[:24]


@lru_cache(maxsize=4096)
def _tops(record: Stamp) -> frozenset[str]:
    return frozenset(top.decode("utf-8", "replace").partition(".")[0] for top in _TOP.findall(_bytes(record.path)))
