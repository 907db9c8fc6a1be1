"""Which releases come for a list of requirements, held to what is installed here, and which of them cannot be had."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.version import Version

from dlexamples.install.installers import Pin, RefusedError, require_small
from dlexamples.verdicts.packages import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dlexamples.install.installers import Installer


def releases(
    by: Installer, requirements: Sequence[str], here: Mapping[str, str]
) -> tuple[tuple[Pin, ...], dict[str, RefusedError]]:
    """What is to be installed for as many of them as can be had together, and why the others cannot. `here`: the
    versions that stay, by name."""
    newest = {plain(Requirement(each).name): _newest(by, each) for each in requirements}
    with tempfile.TemporaryDirectory(prefix="dlexamples-") as folder:
        constraints = Path(folder) / "constraints.txt"
        lines = [f"{name}=={version}\n" for name, version in here.items()]
        # An earlier major version is not what the post speaks of: the verdict on it would be nobody's.
        lines += [f"{name}>={Version(version).major}\n" for name, version in newest.items() if version]
        constraints.write_text("".join(sorted(lines)), "utf-8")
        pins, refused = _resolved(by, requirements, constraints)
    return tuple(_beside(pin, newest.get(plain(pin.name), "")) for pin in pins), refused


def _newest(by: Installer, requirement: str) -> str:
    """The version that a reader gets; empty where that is not known."""
    try:
        return by.newest(requirement)
    except RefusedError:
        return ""


def _beside(pin: Pin, newest: str) -> Pin:
    return pin._replace(newest=newest) if newest and Version(newest) > Version(pin.version) else pin


def _resolved(
    by: Installer, requirements: Sequence[str], constraints: Path
) -> tuple[tuple[Pin, ...], dict[str, RefusedError]]:
    """What comes for all of them, or for as many as can be had together, in their order; and which cannot."""
    pins = _attempt(by, requirements, constraints)
    if not isinstance(pins, RefusedError):
        return pins, {}
    if pins.for_now or len(requirements) == 1:
        return (), dict.fromkeys(requirements, pins)
    had: tuple[Pin, ...] = ()
    possible: list[str] = []
    refused: dict[str, RefusedError] = {}
    for each in requirements:
        pins = _attempt(by, [*possible, each], constraints)
        if isinstance(pins, RefusedError):
            refused[each] = pins
            continue
        had = pins
        possible.append(each)
    return had, refused


def _attempt(by: Installer, requirements: Sequence[str], constraints: Path) -> tuple[Pin, ...] | RefusedError:
    try:
        pins = by.resolve(requirements, constraints)
        for pin in pins:
            require_small(pin.name)
    except RefusedError as error:
        return error
    return pins
