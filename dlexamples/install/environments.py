"""Folders of packages in the user's cache: one for each list of requirements, interpreter and set of what is installed.

A folder is built beside its place and renamed into it when it is whole: a process that is killed leaves none, and of
two that build the same one the first gives the folder. Unused for 30 days, it is removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
import sysconfig
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.requirements import Requirement
from platformdirs import user_cache_path

from dlexamples.install.installers import Pin, RefusedError, installer
from dlexamples.install.releases import releases
from dlexamples.install.wanted import here
from dlexamples.verdicts.packages import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dlexamples.install.installers import Installer

DAY = 86_400.0
UNUSED = 30 * DAY
_RECORD = "dlexamples-installed.json"
_BUILDING = ".building-"


class Built(NamedTuple):
    """What is there for a list of requirements."""

    folder: str
    """Empty when nothing had to be added."""
    pins: tuple[Pin, ...]
    refused: dict[str, str]
    """Each requirement that cannot be had, and why."""


class ClashError(Exception):
    """Two packages of one list cannot lie beside each other; the argument is the reason."""

    def __init__(self, requirement: str, reason: str) -> None:
        super().__init__(reason)
        self.requirement = requirement


class _Folder(NamedTuple):
    path: str
    """Empty when nothing is in it."""
    pins: tuple[Pin, ...]


def environment(requirements: Iterable[str], tell: Callable[[Sequence[str]], None], *, alone: bool = False) -> Built:
    """The folder that holds what `requirements` add to the installed packages, or, where it is `alone`, all of them and
    all that they need, or else nothing; `tell` hears of those for which an installer is started."""
    wanted = list(requirements)
    root = _root()
    memory = root / f"{_key(wanted, alone)}.refused.json"
    refused = _remembered(memory)
    possible = [each for each in wanted if each not in refused]
    if not possible:
        return Built("", (), refused)
    if found := _read(root / _key(possible, alone)):
        return Built(*found, refused)
    tell(possible)
    try:
        root.mkdir(parents=True, exist_ok=True)
        _tidy(root)
        folder, errors = (_made_alone if alone else _made)(root, possible, installer())
        refused |= {each: str(error) for each, error in errors.items()}
        if errors and not any(error.for_now for error in errors.values()):
            _write(memory, refused)
    except (RefusedError, OSError) as error:
        return Built("", (), {each: refused.get(each, str(error)) for each in wanted})
    return Built(*folder, refused)


def clear() -> tuple[Path, int]:
    """Removes all folders of packages; gives where they lay, and how many they were."""
    root = _root()
    folders = (
        [each for each in root.iterdir() if each.is_dir() and not each.name.startswith(".")] if root.is_dir() else []
    )
    shutil.rmtree(root, ignore_errors=True)
    return root, sum(not each.exists() for each in folders)


def _root() -> Path:
    return user_cache_path("dlexamples") / "environments"


def _made(root: Path, requirements: Sequence[str], by: Installer) -> tuple[_Folder, dict[str, RefusedError]]:
    """The folder for as many of them as can be had together, and why the others cannot."""
    pins, refused = releases(by, requirements, here())
    left = [each for each in requirements if each not in refused]
    if not left:
        return _Folder("", ()), refused
    try:
        return _read(root / _key(left)) or _built(root, left, pins, by), refused
    except ClashError as clash:
        left.remove(clash.requirement)
        found, more = _made(root, left, by)
        return found, {**refused, clash.requirement: RefusedError(str(clash)), **more}


def _made_alone(root: Path, requirements: Sequence[str], by: Installer) -> tuple[_Folder, dict[str, RefusedError]]:
    """The folder for all of them. It may hold a framework: the post states which release of it."""
    try:
        return _built(root, requirements, by.all_of(requirements), by, alone=True), {}
    except (RefusedError, ClashError) as error:
        refusal = error if isinstance(error, RefusedError) else RefusedError(str(error))
        return _Folder("", ()), dict.fromkeys(requirements, refusal)


def _built(
    root: Path, requirements: Sequence[str], pins: tuple[Pin, ...], by: Installer, *, alone: bool = False
) -> _Folder:
    place = root / _key(requirements, alone)
    building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=root))
    try:
        if pins:
            by.install(pins, building)
            _require_apart(building, requirements)
        _write(building / _RECORD, [pin._asdict() for pin in pins])
        if place.exists() and not _read(place):
            shutil.rmtree(place)  # Somebody has cleared a part of it away.
        with contextlib.suppress(OSError):
            building.rename(place)  # Fails where another process was first.
    finally:
        shutil.rmtree(building, ignore_errors=True)
    if found := _read(place):
        return found
    raise RefusedError(f"{place} cannot be written", for_now=True)


def _require_apart(folder: Path, requirements: Sequence[str]) -> None:
    """Raises ClashError for one of which an earlier one holds every module: the nightly build of a stable one."""
    modules = _modules(folder)
    owners: dict[str, str] = {}
    for each in requirements:
        own = modules.get(plain(Requirement(each).name), ())
        if own and owners.keys() >= set(own):
            raise ClashError(each, f"{owners[own[0]]}, which the post wants as well, has the same modules")
        owners |= dict.fromkeys(own, each)


def _modules(folder: Path) -> dict[str, list[str]]:
    """What each distribution holds that is imported from the top, by its plain name."""
    found: dict[str, list[str]] = {}
    for distribution in metadata.distributions(path=[str(folder)]):
        files = map(str, distribution.files or ())
        own = (re.match(r"(\w+)(/__init__)?\.(py$|.*\.so$|pyd$)", file) for file in files)
        found[plain(distribution.metadata["Name"])] = [match[1] for match in own if match]
    return found


def _read(place: Path) -> _Folder | None:
    """None when there is no whole one."""
    try:
        pins = tuple(Pin(**pin) for pin in json.loads((place / _RECORD).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    with contextlib.suppress(OSError):  # A cache that is only read is a cache.
        os.utime(place)
    return _Folder(str(place) if pins else "", pins)


def _remembered(path: Path) -> dict[str, str]:
    """What an installer refused of a list within the last day: asking again takes seconds for each."""
    try:
        refused = json.loads(path.read_text("utf-8"))
        return dict(refused) if time.time() - path.stat().st_mtime < DAY else {}
    except (OSError, ValueError, TypeError):
        return {}


def _write(path: Path, what: object) -> None:
    beside = path.with_name(f".{os.getpid()}-{path.name}")
    beside.write_text(json.dumps(what, indent=1), "utf-8")
    beside.replace(path)


def _tidy(root: Path) -> None:
    """Removes what nothing uses any more, and what a process that was killed has left."""
    now = time.time()
    for each in root.iterdir():
        longest = DAY if each.name.startswith(".") else UNUSED
        with contextlib.suppress(OSError):
            if now - each.stat().st_mtime > longest:
                shutil.rmtree(each) if each.is_dir() else each.unlink()


def _key(requirements: Sequence[str], alone: bool = False) -> str:
    """By content: the list, the interpreter, what is installed, and where installers look for packages."""
    where = sorted((name, value) for name, value in os.environ.items() if name.startswith(("PIP_", "UV_")))
    beside = "alone" if alone else sorted(here().items())
    content = [sorted(requirements), sys.version, sysconfig.get_platform(), beside, where]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]
