"""Places of the published text that explain a stop in the present one."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Place
from dlexamples.repair import edit

if TYPE_CHECKING:
    from dlexamples.model import Stop


def published_line(stop: Stop, block: int, line: int) -> int:
    """The published block's line that stands at `line` of the present one; the next one for an added line."""
    now, then = (text[block].splitlines() for text in (stop.sources, stop.published))
    for tag, first, last, then_first, then_last in SequenceMatcher(None, now, then, autojunk=False).get_opcodes():
        if first <= line - 1 < last:
            return then_first + line - first if tag == "equal" else min(then_first + 1, then_last)
    return len(then)


def made_at(stop: Stop, receiver: str) -> tuple[tuple[str, Place], ...]:
    """Where the receiver's name last got its value before the stop, with a label for a code frame."""
    last = published_line(stop, stop.at.block, stop.at.line)
    found: tuple[tuple[str, Place], ...] = ()
    for block in range(stop.at.block + 1):
        tree = edit.parse(stop.published[block])
        for node in _assignments(tree) if tree else ():
            if tree and receiver in _targets(tree, node) and (block < stop.at.block or tree.line(node) <= last):
                span = tree.positions[node]
                place = Place(block, span.start.line, span.start.column, span.end.line, span.end.column)
                found = ((f"`{receiver}` is made here", place),)
    return found


def _targets(tree: edit.Tree, node: cst.Assign) -> set[str]:
    targets = [target.target for target in node.targets]
    parts = [element.value for target in targets if isinstance(target, cst.Tuple) for element in target.elements]
    return {tree.text(part) for part in (*targets, *parts)}


def _assignments(tree: edit.Tree) -> list[cst.Assign]:
    found = [node for node in tree.positions if isinstance(node, cst.Assign)]
    return sorted(found, key=tree.start)
