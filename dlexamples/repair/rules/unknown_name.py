"""`nn.Relu()`, `torch.DataLoader(data)`, `model.parameter()`: a name that the library does not have."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import rule
from dlexamples.repair.invented.candidates import candidates, resembling
from dlexamples.repair.invented.missing import Missing, missing_attribute
from dlexamples.repair.invented.renaming import lacks, renamed
from dlexamples.repair.invented.spelling import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


@rule
def unknown_name(stop: Stop) -> Iterator[Proposal]:
    missing = missing_attribute(stop)
    if missing is None:
        return
    found = [] if is_blank(missing.name) else candidates(missing)
    for candidate in found:
        yield renamed(missing, candidate, "unknown_name")
    if not found and _is_a_librarys(missing.owner):
        yield from _refusal(missing)


def _refusal(missing: Missing) -> Iterator[Proposal]:
    """Where there is something to tell beyond the exception's own message."""
    if is_blank(missing.name):
        reason = "it stands for one of the reader's own"
    elif names := resembling(missing.owner, missing.name):
        listed = ", ".join(f"`{name}`" for name in names)
        reason = f"{listed} {'is' if len(names) == 1 else 'are'} spelled alike, and nothing tells that it is meant"
    else:
        return
    yield Proposal(
        rule="unknown_name",
        code="DL202",
        message=f"{lacks(missing)}; no fix is offered: {reason}",
        applicability=Applicability.DISPLAY,
        description="write the name that is meant",
        sources=missing.stop.sources,
        label="no such name",
        final=True,
    )


def _is_a_librarys(owner: Any) -> bool:
    """Neither the post's own class nor Python's."""
    if isinstance(owner, ModuleType):
        home = owner.__name__
    else:
        home = (owner if isinstance(owner, type) else type(owner)).__module__
    return home.partition(".")[0] not in {"__main__", "builtins", *sys.stdlib_module_names}
