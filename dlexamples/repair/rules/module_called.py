"""`optim.adam(parameters)`, `tqdm(batches)` after `import tqdm`: what is called is a module."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.invented import library
from dlexamples.repair.invented.candidates import candidates
from dlexamples.repair.invented.keywords import changed
from dlexamples.repair.invented.missing import Missing, can_be_called
from dlexamples.repair.invented.renaming import renamed
from dlexamples.repair.invented.spelling import Likeness, likeness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


@rule
def module_called(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, TypeError) or "'module' object is not callable" not in str(stop.error):
        return
    tree = edit.parse(stop.sources[stop.at.block])
    for call in edit.calls_at(tree, stop.at) if tree else ():
        value = live.value_of(stop, tree.module.code_for_node(call.func)) if tree else None
        if tree and isinstance(value, ModuleType):
            yield from _of_parent(stop, tree, call, value)
            yield from _of_itself(stop, tree, call, value)


def _of_parent(stop: Stop, tree: edit.Tree, call: cst.Call, module: ModuleType) -> Iterator[Proposal]:
    """`optim.Adam` for `optim.adam`."""
    if not isinstance(call.func, cst.Attribute):
        return
    owner = live.value_of(stop, tree.module.code_for_node(call.func.value))
    missing = Missing(stop, tree, call.func, owner, call.func.attr.value)
    for candidate in candidates(missing) if owner is not live.MISSING else ():
        if candidate.like is Likeness.FORM:
            yield renamed(missing, candidate, "module_called", _told(tree, call, module))


def _of_itself(stop: Stop, tree: edit.Tree, call: cst.Call, module: ModuleType) -> Iterator[Proposal]:
    """`tqdm.tqdm` for `tqdm`."""
    for name in library.names_of(module):
        like = likeness(module.__name__.rpartition(".")[2], name)
        value = library.attribute(module, name)
        if like is None or like > Likeness.FORM or not can_be_called(stop, tree, call, value):
            continue
        end = tree.end(call.func)
        blocks = list(stop.sources)
        blocks[stop.at.block] = changed(tree.source, [(end, end, f".{name}")])
        yield Proposal(
            rule="module_called",
            code="DL202",
            message=_told(tree, call, module),
            applicability=Applicability.SAFE,
            description=f"write `{tree.text(call.func)}.{name}`: it is in the module",
            sources=tuple(blocks),
            label="a module",
            rivals="module_called",
            cost=50 + like,
        )


def _told(tree: edit.Tree, call: cst.Call, module: ModuleType) -> str:
    return f"`{tree.text(call.func)}` is the module `{library.dotted(module)}`, which cannot be called"
