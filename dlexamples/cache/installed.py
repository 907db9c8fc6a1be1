"""What is installed, by what installers leave beside it, and without importing any of it.

A distribution's `RECORD` holds a digest of each of its files: another build of the same version is told from it.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from dlexamples.verdicts.packages import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SITES = ("site-packages", "dist-packages")
"""How the folders are called into which installers put packages."""
_METADATA = re.compile(r"(.+?)(?:-[^-]+)?(?:-py[\d.]+.*)?\.(?:dist-info|egg-info|egg-link)")
_NAME = re.compile(rb"^Requires-Dist: *([\w.-]+)", re.MULTILINE)
_TOP = re.compile(rb"^([^/,\n]+)", re.MULTILINE)


def sites(beside: str = "") -> list[str]:
    """The folders of installed packages on the path, and the folder `beside` them."""
    found = [path for path in sys.path if os.path.basename(path) in SITES]
    return [*dict.fromkeys(found), *([beside] if beside else [])]


def distributions(beside: str = "") -> dict[str, str]:
    """By its name as an index compares them: where its metadata lie. The first on the path is the one that counts."""
    found: dict[str, str] = {}
    for folder in sites(beside):
        for entry in sorted(_listed(folder)):
            if match := _METADATA.fullmatch(entry):
                found.setdefault(plain(match[1]), os.path.join(folder, entry))
    return found


def digest(metadata: str) -> str:
    """Of its version and its files."""
    return _digest(os.path.basename(metadata), *_stamp(_record(metadata)))


def everything(beside: str = "") -> str:
    """The digest of all that is installed, and of what installers have put on the path."""
    found = sorted((name, digest(metadata)) for name, metadata in distributions(beside).items())
    paths = [_digest(os.path.basename(each), *_stamp(each)) for each in _path_files()]
    return hashlib.sha256(repr((found, paths)).encode()).hexdigest()


def snapshot() -> list[tuple[str, int, int]]:
    """What tells within seconds that something was installed or removed, by times and sizes alone."""
    records = map(_record, distributions().values())
    return sorted(map(_stamp, (*records, *_path_files())))


def owners(modules: Iterable[str], beside: str = "") -> dict[str, set[str]]:
    """By top-level module: the distributions that hold files of it, none for a module that nobody installed."""
    wanted = set(modules)
    found: dict[str, set[str]] = {module: set() for module in wanted}
    for name, metadata in distributions(beside).items():
        for module in wanted & _tops(*_stamp(_record(metadata))):
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


def _record(metadata: str) -> str:
    """The file that tells most of a distribution's contents."""
    candidates = (os.path.join(metadata, name) for name in ("RECORD", "METADATA", "PKG-INFO"))
    return next(filter(os.path.isfile, candidates), metadata)


def _path_files() -> Iterator[str]:
    """Files that put folders on the path, or run code as the interpreter starts."""
    for folder in sites():
        yield from (os.path.join(folder, entry) for entry in sorted(_listed(folder)) if entry.endswith(".pth"))


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _stamp(path: str) -> tuple[str, int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return path, 0, 0
    return path, status.st_mtime_ns, status.st_size


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


@lru_cache(maxsize=4096)
def _digest(name: str, record: str, modified: int, size: int) -> str:
    return hashlib.sha256(name.encode() + _bytes(record)).hexdigest()[:24]


@lru_cache(maxsize=4096)
def _tops(record: str, modified: int, size: int) -> frozenset[str]:
    return frozenset(top.decode("utf-8", "replace").partition(".")[0] for top in _TOP.findall(_bytes(record)))
