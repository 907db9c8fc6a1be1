"""A name or a string for which the exception itself says what to write: NumPy's removed names, pandas's frequencies."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, rule
from dlexamples.repair.renamed import advice
from dlexamples.repair.renamed.failing import missing, nodes_at
from dlexamples.repair.renamed.imports import edited, failing_imports
from dlexamples.repair.renamed.proposals import exists, replaced
from dlexamples.repair.renamed.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop
    from dlexamples.repair.renamed.failing import Missing

TIGHTER = (cst.Attribute, cst.Subscript, cst.Call, cst.BinaryOperation)
"""Round a number with a sign these need parentheses."""


@rule
def renamed_by_message(stop: Stop) -> Iterator[Proposal]:
    message = str(stop.error)
    if isinstance(stop.error, ImportError):
        yield from _imports(stop)
    elif isinstance(stop.error, AttributeError) and (new := advice.named(message)):
        found = list(missing(stop))
        if found:
            yield from _attribute(stop, found[-1], new)
    elif isinstance(stop.error, ValueError) and (pair := advice.literal(message)):
        yield from _literal(stop, *pair)


def _attribute(stop: Stop, found: Missing, new: str) -> Iterator[Proposal]:
    sign, target = ("-", new[1:]) if new.startswith("-") else ("", new)
    if re.fullmatch(r"[\d.]+", target):
        text: str = target
        imports: list[str] = []
    elif exists(target):
        text, imports = spelled(stop, target, found.written)
    else:
        return
    signed = sign + text
    if sign and isinstance(found.tree.parents[found.node], TIGHTER):
        signed = f"({signed})"
    sources = replaced(stop, found.tree, found.node, signed, imports)
    yield _proposal("DL202", f"`{found.written}` is gone", f"`{sign + text}` has taken its place", sources)


def _imports(stop: Stop) -> Iterator[Proposal]:
    for imported in failing_imports(stop):
        module, _, name = imported.full.rpartition(".")
        new = advice.named(advice.of_member(module, name))
        if new.partition(".")[2] and not new.startswith("-") and exists(new):
            sources = edited(stop, [imported], {imported.full: new})
            if sources:
                yield _proposal("DL202", f"`{imported.full}` is gone", f"`{new}` has taken its place", sources)


def _literal(stop: Stop, old: str, new: str) -> Iterator[Proposal]:
    tree = edit.parse(stop.sources[stop.at.block])
    strings = nodes_at(tree, stop.at, cst.SimpleString) if tree else []
    found = [node for node in strings if ast.literal_eval(node.value) == old]
    if tree is None or len(found) != 1:
        return
    quote = found[0].quote
    sources = replaced(stop, tree, found[0], f"{found[0].prefix}{quote}{new}{quote}", [])
    yield _proposal("DL203", f"`{old!r}` is not taken any more", f"it is written `{new!r}` now", sources)


def _proposal(code: str, message: str, description: str, sources: tuple[str, ...]) -> Proposal:
    return Proposal(
        rule="renamed_by_message",
        code=code,
        message=message,
        applicability=Applicability.SAFE,
        description=f"{description}, as the exception says",
        sources=sources,
        label="not taken" if code == "DL203" else "not there",
    )
