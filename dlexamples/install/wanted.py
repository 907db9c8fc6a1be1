"""What a post wants beside the packages that are installed here, and what of it is left out, with the reason.

Installed is what the post tells its reader to install, and what it imports under a name that it mentions in an install
command or that is well known. A name that nobody vouches for is not: it may be made up, and somebody may have
registered it. What comes from somewhere else than the user's own index (a repository, a URL, an index that the post
names, a requirements file) is not followed.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, NamedTuple

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from dlexamples.install.commands import commands
from dlexamples.install.installers import RefusedError, require_small
from dlexamples.installs import installs
from dlexamples.names import names
from dlexamples.sessions import for_others, installed
from dlexamples.verdicts.packages import KNOWN, NAMES, pip_name, plain, vouched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.install.commands import Command
    from dlexamples.model import Document
    from dlexamples.stated import Stated

SAID = "by a command of the post"
STATED = "stated by the post"
IMPORTED = "imported, and no command of the post installs it"
_TOOLS = {"pip", "setuptools", "uv", "wheel"}
_MODULES = {
    "faiss-gpu": "faiss",
    "opencv-contrib-python": "cv2",
    "opencv-python-headless": "cv2",
    "tensorflow-cpu": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tf-nightly": "tensorflow",
}
_KNOWN = {plain(name) for name in (*KNOWN, *NAMES.values())}


class Remark(NamedTuple):
    """Something that the author is told about a requirement."""

    text: str
    line: int
    """In the document: the command's, or that of the fence that imports it."""


class Wanted(NamedTuple):
    """What is to be installed and what is not."""

    requirements: dict[str, Remark]
    """As pip takes them, with the reason why."""
    refused: dict[str, Remark]
    """By the plain name, why not."""
    imports: frozenset[str]
    """The plain names of those that the post imports."""
    not_done: tuple[Remark, ...]
    """What of the post's commands is not followed."""


def what_is_stated(declared: Stated) -> Wanted:
    """What the post states and is not installed."""
    requirements = {
        str(need.requirement): Remark(STATED, need.line)
        for need in declared.needs
        # A place is not followed from a post, also where the post states it.
        if not need.requirement.url and not _is_here(need.requirement)
    }
    return Wanted(requirements, {}, frozenset(), ())


def wanted(document: Document, declared: Stated) -> Wanted:
    """What is to be added to what is installed. Where the post states its environment, that tells all that its reader
    gets, and what it only imports is not added."""
    requirements = what_is_stated(declared).requirements
    refused: dict[str, Remark] = {}
    not_done: list[Remark] = []
    for command in commands(document):
        not_done += _not_followed(command)
        for requirement in command.requirements:
            if _is_here(requirement):
                not_done += _kept(requirement, command.line)
            elif why := _refusal(requirement, command):
                refused.setdefault(plain(requirement.name), Remark(why, command.line))
            else:
                requirements.setdefault(str(requirement), Remark(SAID, command.line))
    asked = {plain(Requirement(each).name) for each in requirements}
    told = installs(document.view or document.text)
    missing = {} if declared.needs else _missing_imports(document)
    imported = {pip_name(package, told): (package, line) for package, line in missing.items()}
    for name, (package, line) in imported.items():
        if not name or plain(name) in asked | refused.keys():
            continue
        if why := _doubt(package, name, told):
            refused[plain(name)] = Remark(why, line)
        else:
            requirements[name] = Remark(IMPORTED, line)
    return Wanted(requirements, refused, frozenset(map(plain, imported)), tuple(dict.fromkeys(not_done)))


@cache
def here() -> dict[str, str]:
    """The version of each distribution that is installed, by its plain name. The first on the path is the one that is
    imported."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name, version = distribution.metadata["Name"], distribution.version
        if name and _is_version(version):
            found.setdefault(plain(name), version)
    return found


def same_modules(name: str) -> list[str]:
    """The plain names of the other distributions that are installed here and give the modules of `name`: the CPU build
    for the usual one, OpenCV without windows for OpenCV."""
    own = plain(name)
    modules = {plain(known): module for module, known in NAMES.items()} | _MODULES
    module = modules.get(own) or (own if own in _MODULES.values() else "")
    family = [each for each, its in modules.items() if module and its == module]
    return [each for each in (*family, module) if each != own and each in here()]


def _missing_imports(document: Document) -> dict[str, int]:
    """The top-level packages that blocks which are run import, and that are not installed, with the first fence's
    line."""
    for_another = {block.id for block in for_others(document)}
    running = [b for b in document.blocks if b.is_python and not b.marks.skip and b.id not in for_another]
    found: dict[str, int] = {}
    for block in running:
        for package in sorted(names(block.source).imports):
            if not installed(package):
                found.setdefault(package, block.line)
    return found


def _doubt(package: str, name: str, told: tuple[str, ...]) -> str:
    """Why an import is not installed; empty when it is."""
    if "/" in name:
        return "a repository is not followed from a post"
    if not vouched(package, name, told):
        return "nothing vouches for that name; if it is right, say so in the post with the command"
    return _size(name)


def _refusal(requirement: Requirement, command: Command) -> str:
    """Why what a command asks for is not installed; empty when it is."""
    # A name that is meant for another index may be anybody's on the user's own.
    if command.own_index and plain(requirement.name) not in _KNOWN:
        return f"an index of the post's own is not followed (`{command.own_index}`)"
    return _size(requirement.name)


def _size(name: str) -> str:
    try:
        require_small(name)
    except RefusedError as error:
        return str(error)
    return ""


def _is_here(requirement: Requirement) -> bool:
    """Installed, perhaps as another distribution of the same module. What an extra brings may lack."""
    name = plain(requirement.name)
    if name in _TOOLS:
        return True
    if name in here():
        return not requirement.extras
    modules = [module for module, known in NAMES.items() if plain(known) == name]
    return any(map(installed, modules or [_MODULES.get(name, name.replace("-", "_"))]))


def _kept(requirement: Requirement, line: int) -> Iterator[Remark]:
    version = here().get(plain(requirement.name))
    if version and not requirement.specifier.contains(version, prereleases=True):
        yield Remark(f"`{requirement}` is not installed: {requirement.name} {version} is here, and stays", line)


def _not_followed(command: Command) -> Iterator[Remark]:
    for place in command.elsewhere:
        yield Remark(f"`pip install {place}` is not followed: only names on the user's own index are", command.line)


def _is_version(text: str | None) -> bool:
    try:
        return bool(text and Version(text))
    except InvalidVersion:
        return False
