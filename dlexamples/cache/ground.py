"""What a run stood on beside its own text, as it was: an entry of the cache holds while it still is.

A run that nothing stopped, and that is let through as printed, stood on the packages that it imported, on those that
these name as requirements (a library that finds an optional one may act otherwise), and on modules of the author's
own. Any other stood on all that is installed: what it lacked may be there by now. Where mends were looked for, the
whole post was read.
"""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dlexamples.cache.files import contents
from dlexamples.cache.installed import digest, everything, owners, requirements, sites
from dlexamples.model import Verdict
from dlexamples.names import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dlexamples.cache import Judged
    from dlexamples.cache.files import Contents
    from dlexamples.cache.installed import Installed
    from dlexamples.model import Document, Session

CLOCK = 0.05
"""Seconds by which a file's time may lie before the clock's: a kernel's is coarser."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Digests, all of which must be the same for an entry to hold."""

    installed: dict[str, str] = field(default_factory=dict)
    """By distribution; empty for one that is not installed."""
    absent: tuple[str, ...] = ()
    """Modules that the session imports and that are not to be found."""
    files: dict[str, str] = field(default_factory=dict)
    """By file or folder of modules that no distribution holds."""
    everything: str = ""
    """Of all distributions; empty where the rest of them do not matter."""
    post: str = ""
    """Of the whole post; empty where what stands outside the session does not matter."""


def ground(judged: Judged, session: Session, document: Document, here: Installed, began: float) -> Ground | None:
    """What the run stood on; `here`: what is installed. None when it cannot be told: modules have changed since the
    command `began`, in seconds of the epoch, and a warm process may hold what they were."""
    beside = session.environment.folder
    modules = {*_imported(session), *(judged.imported.modules if judged.imported else ())} - sys.stdlib_module_names
    owned = owners(modules, here)
    roots = {*(judged.imported.roots if judged.imported else ())}
    roots |= {path for module, by in owned.items() if not by for path in _loose(module, beside)}
    files: dict[str, str] = {}
    for root in sorted(roots):
        found = contents(root)
        if found is None or found.modified > began - CLOCK:
            return None
        files[root] = found.digest
    passed = judged.imported and not judged.stopped and all(o.verdict is Verdict.PASSED for o in judged.outcomes)
    return Ground(
        _digests(set().union(*owned.values()), here) if passed else {},
        tuple(sorted(module for module in _imported(session) if not _is_here(module, beside))),
        files,
        "" if passed else everything(here),
        _digest(document.text) if judged.stopped else "",
    )


def still_holds(
    ground: Ground, document: Document, here: Installed, contents: Callable[[str], Contents | None] = contents
) -> bool:
    """`here`: what is installed. `contents`: of a file or folder."""
    beside = document.environment.folder
    if ground.post not in ("", _digest(document.text)):
        return False
    if ground.everything and ground.everything != everything(here):
        return False
    return (
        all(digest(name, here) == known for name, known in ground.installed.items())
        and not any(_is_here(module, beside) for module in ground.absent)
        and all((found := contents(root)) and found.digest == known for root, known in ground.files.items())
    )


def _digests(imported: set[str], here: Installed) -> dict[str, str]:
    named = set().union(*(requirements(here.metadata[name]) for name in imported))
    return {name: digest(name, here) for name in sorted(imported | named)}


def _loose(module: str, beside: str) -> Iterator[str]:
    """A module that somebody has put among the installed ones by hand."""
    for folder in sites(beside):
        for path in (os.path.join(folder, module), os.path.join(folder, f"{module}.py")):
            if os.path.exists(path):
                yield path


def _imported(session: Session) -> Iterable[str]:
    return frozenset().union(*(names(block.source).imports for block in session.blocks))


def _is_here(module: str, beside: str) -> bool:
    try:
        return find_spec(module) is not None or bool(beside and PathFinder.find_spec(module, [beside]))
    except (ImportError, ValueError):
        return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
