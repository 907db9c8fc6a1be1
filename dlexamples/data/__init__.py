"""What a post leaves out: names of data, imports of well-known aliases, files.

A data set is one file in `catalogue/`, a kind of file one in `files/makers/`; how it is written down follows from the
code around the missing name, or from what is done with the file.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from dlexamples.data import aliases, files
from dlexamples.data.aliases import alias
from dlexamples.data.files.making import MAKERS
from dlexamples.data.further_down import defined_elsewhere, imported_elsewhere
from dlexamples.data.index import indexed
from dlexamples.data.instance import instance
from dlexamples.data.later import bound_later
from dlexamples.data.library import library
from dlexamples.data.scene import scene
from dlexamples.data.several import several
from dlexamples.data.supply import supply
from dlexamples.data.table import CATALOGUE
from dlexamples.data.things import THINGS, one_thing
from dlexamples.data.training_parts import training_part
from dlexamples.data.usual import usual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dlexamples.data.scene import Scene
    from dlexamples.model import Proposal, Stop

WAYS: tuple[Callable[[str, Scene], Iterator[Proposal]], ...] = (
    imported_elsewhere,
    alias,
    defined_elsewhere,
    library,
    indexed,
    instance,
    training_part,
    usual,
    one_thing,
    several,
    supply,
)
"""How a name that the session never binds may be supplied; the first that knows the name decides."""


def load() -> None:
    """Imports every data set and every kind of file, and reads the table of aliases."""
    for registry in (CATALOGUE, THINGS, MAKERS):
        registry.items()
    aliases.table()


def propose(stop: Stop) -> Iterator[Proposal]:
    """What would put a missing name or file right, best first; a refusal, with its reason, for data that cannot be
    told.

    Runs in the process of the blocks, with everything alive.
    """
    name = _missing(stop)
    if not name:
        yield from files.propose(stop)
        return
    here = scene(stop)
    if name in here.bound:
        yield from imported_elsewhere(name, here)
        yield from defined_elsewhere(name, here)
        yield from bound_later(name, here)
    elif here.reads(name):
        yield from next(filter(None, (list(way(name, here)) for way in WAYS)), [])


def _missing(stop: Stop) -> str:
    """The name that no scope has; empty for every other error, an unbound local's included."""
    error = stop.error
    if not isinstance(error, NameError) or isinstance(error, UnboundLocalError):
        return ""
    name = error.name or ""
    return "" if name in stop.namespace or hasattr(builtins, name) else name
