"""From a row that fits to a proposal, or to the refusal that names what is there instead."""

from __future__ import annotations

import sys
from importlib import metadata
from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit
from dlexamples.repair.live import MISSING
from dlexamples.repair.renamed.resolve import importable
from dlexamples.repair.tables import PYTHON

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from dlexamples.model import Stop
    from dlexamples.repair.edit import Tree
    from dlexamples.repair.tables import Gone, Row

RULE = "renamed"
BELONGS = {"mpl_toolkits": "matplotlib", "functorch": "torch", "sklearn": "scikit-learn"}
"""Packages whose distribution has another name."""


def replaced(stop: Stop, tree: Tree, node: cst.CSTNode, text: str, imports: Sequence[str]) -> tuple[str, ...]:
    """The session's blocks with the text in the node's place."""
    sources = list(stop.sources)
    sources[stop.at.block] = edit.add_imports(tree, edit.replace_node(tree, node, text), imports, node)
    return tuple(sources)


def proposal(stop: Stop, row: Row, old: str, new: str, sources: tuple[str, ...], code: str = "DL202") -> Proposal:
    """`old` and `new` as the post writes them."""
    unsafe = row.unsafe
    parts = [f"`{new}` has taken its place" if new else f"`{old}` is left out", row.note]
    return Proposal(
        rule=RULE,
        code=code,
        message=_message(row.library, old, code),
        applicability=Applicability.UNSAFE if unsafe else Applicability.SAFE,
        description="; ".join(filter(None, parts)) + f" ({provenance(row)})",
        sources=sources,
        label=_label(code),
    )


def refusal(stop: Stop, row: Gone | Row, old: str, instead: str, code: str = "DL202") -> Proposal:
    """Nothing of the same meaning is there, or the way in which it is used has no new form."""
    return Proposal(
        rule=RULE,
        code=code,
        message=f"{_message(row.library, old, code)} ({provenance(row)}): {instead}",
        applicability=Applicability.DISPLAY,
        description=instead,
        sources=stop.sources,
        label=_label(code),
        final=True,
    )


def provenance(row: Row) -> str:
    return f"{_name(row.library)} {row.since}, {row.source}"


def exists(*names: str) -> bool:
    return all(importable(name) is not MISSING for name in names)


def _message(library: str, old: str, code: str) -> str:
    fault = "does not take" if code == "DL203" else "does not have"
    return f"{_name(library)} {_version(library)} {fault} `{old}`"


def _label(code: str) -> str:
    return "not taken" if code == "DL203" else "not there"


def _name(library: str) -> str:
    return "Python" if library == PYTHON else library


def _version(library: str) -> str:
    if library == PYTHON:
        return str(sys.version_info.major)
    told = getattr(sys.modules.get(library), "__version__", "")
    if told:
        return str(told).partition("+")[0]
    try:
        return metadata.version(BELONGS.get(library, library))
    except metadata.PackageNotFoundError:
        return "as installed"
