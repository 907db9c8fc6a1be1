"""`nn.Relu()`, `torch.DataLoader(data)`, `model.parameter()`: a name that the library does not have."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, library, rule
from dlexamples.repair.candidates import Candidate, candidates, owner_name, resembling
from dlexamples.repair.keywords import changed
from dlexamples.repair.missing import Missing, missing_attribute
from dlexamples.repair.spelling import Likeness, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

HOW = {
    Likeness.SAME: "it is in another module",
    Likeness.FORM: "it is written another way",
    Likeness.WORDS: "the name that has the same words",
    Likeness.TYPO: "the name that is one letter away",
}


@rule
def unknown_name(stop: Stop) -> Iterator[Proposal]:
    missing = missing_attribute(stop)
    if missing is None:
        return
    found = [] if is_blank(missing.name) else candidates(missing)
    for candidate in found:
        yield _proposal(missing, candidate)
    if not found and _is_a_librarys(missing.owner):
        yield _refusal(missing)


def lacks(missing: Missing) -> str:
    owner = owner_name(missing.owner)
    return f"`{owner}` has no `{missing.name}` ({library.release(owner)})"


def _proposal(missing: Missing, candidate: Candidate) -> Proposal:
    renamed = candidate.keywords.renamed if candidate.keywords else ()
    node = missing.node
    changes = [(missing.tree.start(node), missing.tree.end(node), candidate.code)]
    changes += candidate.keywords.changes if candidate.keywords else ()
    source = changed(missing.tree.source, changes)
    blocks = list(missing.stop.sources)
    blocks[missing.stop.at.block] = edit.add_imports(missing.tree, source, candidate.imports, node)
    said = f"write `{candidate.code}`: {HOW[candidate.like]}"
    return Proposal(
        rule="unknown_name",
        code="DL202",
        message=lacks(missing),
        applicability=Applicability.SAFE if candidate.is_certain else Applicability.UNSAFE,
        description="; ".join([said, *(f"rename {one.told}" for one in renamed)]),
        sources=tuple(blocks),
        label="no such name",
        rivals="unknown_name",
        cost=candidate.cost,
    )


def _refusal(missing: Missing) -> Proposal:
    if is_blank(missing.name):
        reason = "it stands for one of the reader's own"
    elif names := resembling(missing.owner, missing.name):
        listed = ", ".join(f"`{name}`" for name in names)
        reason = f"{listed} {'is' if len(names) == 1 else 'are'} spelled alike, and nothing tells that it is meant"
    else:
        reason = "no name that it has is like it"
    return Proposal(
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
