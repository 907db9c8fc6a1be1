"""`from torch.nn import Relu`, `from keras.layers import Sequential`, `from sklearn.metric import accuracy_score`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import rule
from dlexamples.repair.invented import library
from dlexamples.repair.invented.candidates import resembling
from dlexamples.repair.invented.imported import Import, changed_import, import_at, modules_like, uses_of
from dlexamples.repair.invented.missing import can_be_called
from dlexamples.repair.invented.spelling import Likeness, is_blank, likeness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


@dataclass(frozen=True, slots=True)
class Target:
    """What may be imported instead."""

    module: str
    name: str
    """'' where the module itself is imported."""
    like: Likeness
    cost: int

    @property
    def told(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


@rule
def unknown_import(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, ImportError) or not stop.error.name:
        return
    found = import_at(stop)
    if found is None:
        return
    targets = list(_modules(found) if found.lacks_module else _names(stop, found))
    certain = [target for target in targets if target.like <= Likeness.FORM]
    for target in certain or targets:
        yield _proposal(stop, found, target)
    if not targets and (refusal := _refusal(stop, found)):
        yield refusal


def _names(stop: Stop, found: Import) -> Iterator[Target]:
    """What the module, and the others of its package, have under a name like the one that it lacks."""
    module = sys.modules.get(found.module)
    if module is None or is_blank(found.name):
        return
    for name in library.names_of(module):
        like = likeness(found.name, name)
        if like is not None and _suits(stop, found, library.attribute(module, name)):
            cost = like * 100 + (name[:1].isupper() != found.name[:1].isupper())
            yield Target(found.module, name, like, cost)
    for home in library.homes(module, found.name):
        if _suits(stop, found, home.value):
            like = Likeness.SAME if home.name == found.name else Likeness.FORM
            yield Target(library.dotted(home.module), home.name, like, like * 100 + int(10 * home.distance))


def _suits(stop: Stop, found: Import, value: object) -> bool:
    """Whether it can be what the session uses the name for."""
    if isinstance(value, ModuleType):
        return not any(True for _ in uses_of(stop, found.local))
    for tree, use in uses_of(stop, found.local):
        above = tree.parents[use]
        if isinstance(above, cst.Call) and above.func is use:
            if not callable(value) or (not isinstance(value, type) and not can_be_called(stop, tree, above, value)):
                return False
        elif isinstance(tree.parents[above], cst.ClassDef) and not isinstance(value, type):
            return False
    return True


def _modules(found: Import) -> Iterator[Target]:
    """The public modules that have all the names, and those whose own name is like the one that is missing."""
    homes = library.modules_with(found.module, found.names) if found.names else []
    for index, home in enumerate(homes):
        yield Target(home, "", Likeness.SAME, index)
    for module, like in modules_like(found.module):
        if module not in homes:
            yield Target(module, "", like, 50 + like * 100)


def _proposal(stop: Stop, found: Import, target: Target) -> Proposal:
    certain = target.like <= Likeness.FORM
    return Proposal(
        rule="unknown_import",
        code="DL202",
        message=_lacks(found),
        applicability=Applicability.SAFE if certain else Applicability.UNSAFE,
        description=f"import `{target.told}`",
        sources=changed_import(stop, found, target.module, target.name),
        label="no such name" if found.name else "no such module",
        rivals="unknown_import",
        cost=target.cost,
    )


def _lacks(found: Import) -> str:
    if found.lacks_module:
        return f"there is no module `{found.module}`"
    return f"the installed `{found.module}` has no `{found.name}`"


def _refusal(stop: Stop, found: Import) -> Proposal | None:
    module = sys.modules.get(found.module)
    if found.lacks_module or module is None:
        return None
    if is_blank(found.name):
        reason = "it stands for one of the reader's own"
    elif names := resembling(module, found.name):
        listed = ", ".join(f"`{name}`" for name in names)
        reason = f"{listed} {'is' if len(names) == 1 else 'are'} spelled alike, and nothing tells that it is meant"
    else:
        return None
    return Proposal(
        rule="unknown_import",
        code="DL202",
        message=f"{_lacks(found)}; no fix is offered: {reason}",
        applicability=Applicability.DISPLAY,
        description="write the name that is meant",
        sources=stop.sources,
        label="no such name",
        final=True,
    )
