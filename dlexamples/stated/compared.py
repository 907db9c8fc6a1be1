"""Whether what a post states that it is run with is what it was run with."""

from __future__ import annotations

import platform
from collections import ChainMap
from dataclasses import replace
from importlib import metadata
from typing import TYPE_CHECKING

from dlexamples.names import names
from dlexamples.stated import stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.requirements import Requirement

    from dlexamples.model import Document, Environment
    from dlexamples.stated import Python, Stated

UNMET, UNREAD = "DL506", "DL507"


def compared(document: Document) -> Document:
    """`document` with a flaw for each thing that it states and that its blocks are not run with, or that cannot be
    read. Nothing is installed, and nothing is asked of an index."""
    found = stated(document)
    if not any(found):
        return document
    from dlexamples.install.telling import flaw_at

    told = [flaw_at(document, fault.line, UNREAD, fault.level, fault.text) for fault in found.faults]
    for line, level, text in (*_pythons(found.pythons), *_needs(found, document), *_undeclared(found, document)):
        told.append(flaw_at(document, line, UNMET, level, text))
    return replace(
        document, flaws=(*document.flaws, *sorted(dict.fromkeys(told), key=lambda flaw: flaw.diagnostic.span))
    )


def met_by_python(found: Stated) -> bool:
    return all(python.versions.contains(platform.python_version(), prereleases=True) for python in found.pythons)


def _pythons(pythons: tuple[Python, ...]) -> Iterator[tuple[int, str, str]]:
    here = platform.python_version()
    for python in pythons:
        if not python.versions.contains(here, prereleases=True):
            yield (
                python.line,
                "error",
                f"the post states Python {python.versions}, and its blocks run on {here}\n"
                "run dlexamples with an interpreter that suits it",
            )


def _needs(found: Stated, document: Document) -> Iterator[tuple[int, str, str]]:
    versions = _versions(document.environment)
    for need in found.needs:
        if missing := _missing(need.requirement, versions):
            yield need.line, "error", _told(need.requirement, missing, document.environment)
        elif provider := _provider(need.requirement, versions):
            yield need.line, "note", f"the post states `{need.requirement}`, and {provider} stands for it here"
        if need.requirement.url:
            told = f"`{need.requirement.url}` is not followed; whether what is here comes from there is not known"
            yield need.line, "warning", told


def _told(stated: Requirement, missing: str, environment: Environment) -> str:
    from dlexamples.verdicts.packages import plain

    if why := environment.refused.get(plain(stated.name)):
        return f"the post states `{stated}`, and {missing}\n`--install` cannot provide it: {why}"
    quoted = f"'{stated}'" if any(sign in str(stated) for sign in "<>=!~[; ") else str(stated)
    return (
        f"the post states `{stated}`, and {missing}\n`pip install {quoted}` where dlexamples runs would do, "
        "or `--install` for this post alone"
    )


def _missing(stated: Requirement, versions: Mapping[str, str]) -> str:
    """What is here in its place, as the message tells it; empty where it is met."""
    from dlexamples.verdicts.packages import plain

    name, version = _here(stated, versions)
    if not version:
        return f"{stated.name} is not installed"
    if not stated.specifier.contains(version, prereleases=True):
        return f"{name} {version} is here"
    for each in _of_extras(stated):
        if not versions.get(plain(each.name)):
            return f"{each.name}, of its extra, is not installed"
    return ""


def _here(stated: Requirement, versions: Mapping[str, str]) -> tuple[str, str]:
    """The distribution that gives what is stated, and its version: another of the same module will do, as
    tensorflow-cpu for tensorflow."""
    from dlexamples.install.wanted import same_modules
    from dlexamples.verdicts.packages import plain

    names = (plain(stated.name), *same_modules(stated.name))
    return next(((name, versions[name]) for name in names if name in versions), (stated.name, ""))


def _provider(stated: Requirement, versions: Mapping[str, str]) -> str:
    from dlexamples.verdicts.packages import plain

    name, version = _here(stated, versions)
    return "" if plain(name) == plain(stated.name) else f"{name} {version}"


def _of_extras(stated: Requirement) -> Iterator[Requirement]:
    """What the stated extras bring, where the distribution is one of those that are installed here."""
    from packaging.requirements import Requirement

    if not stated.extras:
        return
    try:
        listed = [Requirement(each) for each in metadata.requires(stated.name) or ()]
    except metadata.PackageNotFoundError:
        return
    for each in listed:
        if not _wanted(each, [""]) and _wanted(each, stated.extras):
            yield each


def _versions(environment: Environment) -> Mapping[str, str]:
    """By plain name, of all that the post's blocks find. What is installed here comes first."""
    from dlexamples.install.wanted import here
    from dlexamples.verdicts.packages import plain

    own = {plain(package.name): package.version for package in environment.packages}
    return own if environment.alone else ChainMap(dict(here()), own)


def _undeclared(found: Stated, document: Document) -> Iterator[tuple[int, str, str]]:
    """Imports of packages that are here, and that a reader's tool does not bring: neither stated, nor needed by what
    is. In an environment of its own the block itself fails of them."""
    if document.environment.alone or not found.needs:
        return
    from dlexamples.verdicts.packages import plain

    owners = metadata.packages_distributions()
    brought = _closure(found)
    told: set[str] = set()
    for block in document.blocks:
        for module in sorted(names(block.source).imports - told if block.is_python else ()):
            by = {plain(name) for name in owners.get(module, ())}
            if by and not by & brought:
                told.add(module)
                text = f"`{module}` is imported, and the environment that the post states does not bring it"
                yield block.line, "warning", f"{text}\nadd `{min(by)}` to it"


def _closure(found: Stated) -> set[str]:
    """The plain names of what is stated and of all that it needs, as far as that is installed here."""
    from packaging.requirements import Requirement

    from dlexamples.install.wanted import same_modules
    from dlexamples.verdicts.packages import plain

    waiting = [need.requirement for need in found.needs]
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        extras = {"", *requirement.extras}
        for name in {plain(requirement.name), *same_modules(requirement.name)} - seen:
            seen.add(name)
            try:
                listed = [Requirement(each) for each in metadata.requires(name) or ()]
            except metadata.PackageNotFoundError:
                continue
            waiting += [each for each in listed if _wanted(each, extras)]
    return seen


def _wanted(requirement: Requirement, extras: Iterable[str]) -> bool:
    """Whether a distribution of which these extras are asked for needs it on this machine."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)
