"""A name in place of one that a library lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit
from dlexamples.repair.invented.candidates import Candidate, owner_name
from dlexamples.repair.invented.keywords import changed
from dlexamples.repair.invented.spelling import Likeness

if TYPE_CHECKING:
    from dlexamples.repair.invented.missing import Missing

HOW = {
    Likeness.SAME: "it is in another module",
    Likeness.FORM: "it is written another way",
    Likeness.WORDS: "the name that has the same words",
    Likeness.AXES: "the name for data of these axes",
    Likeness.TYPO: "the name that is one letter away",
}


def lacks(missing: Missing) -> str:
    """The message; of a class of the post itself nothing is installed."""
    owner = owner_name(missing.owner)
    installed = "" if missing.is_posts else "the installed "
    return f"{installed}`{owner}` has no `{missing.name}`"


def renamed(missing: Missing, candidate: Candidate, rule: str, message: str = "") -> Proposal:
    """The post with the candidate's name, and with the keywords that it takes."""
    keywords = candidate.keywords.renamed if candidate.keywords else ()
    node = missing.node
    changes = [(missing.tree.start(node), missing.tree.end(node), candidate.code)]
    changes += candidate.keywords.changes if candidate.keywords else ()
    source = changed(missing.tree.source, changes)
    blocks = list(missing.stop.sources)
    blocks[missing.stop.at.block] = edit.add_imports(missing.tree, source, candidate.imports, node)
    said = f"write `{candidate.code}`: {HOW[candidate.like]}"
    return Proposal(
        rule=rule,
        code="DL202",
        message=message or lacks(missing),
        applicability=Applicability.SAFE if candidate.is_certain else Applicability.UNSAFE,
        description="; ".join([said, *(f"rename {one.told}" for one in keywords)]),
        sources=tuple(blocks),
        label="no such name",
        rivals=rule,
        cost=candidate.cost,
    )
