"""What becomes of the result of a call that gave a tuple, whose parts have a call of their own each now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import live
from dlexamples.repair.names import uses_after

if TYPE_CHECKING:
    from dlexamples.model import Stop
    from dlexamples.repair.edit import Tree


def used_part(stop: Stop, tree: Tree, call: cst.Call, fields: tuple[str, ...]) -> tuple[cst.CSTNode, int, str] | None:
    """The one part of the result that the post uses: the node that stands for it, its index, and what is written
    before its new value. None when it uses several, or the whole."""
    around = tree.parents[call]
    if isinstance(around, cst.Attribute) and around.attr.value in fields:
        return around, fields.index(around.attr.value), ""
    if isinstance(around, cst.Subscript) and len(around.slice) == 1:
        index = live.value_of(stop, tree.text(around.slice[0]))
        if type(index) is int and -len(fields) <= index < len(fields):
            return around, index % len(fields), ""
        return None
    if isinstance(around, cst.Assign) and len(around.targets) == 1:
        return _unpacked(stop, tree, around, len(fields))
    return None


def _unpacked(stop: Stop, tree: Tree, assign: cst.Assign, count: int) -> tuple[cst.CSTNode, int, str] | None:
    target = assign.targets[0].target
    if not isinstance(target, (cst.Tuple, cst.List)) or len(target.elements) != count:
        return None
    names = [tree.text(element.value) for element in target.elements]
    used = [index for index, name in enumerate(names) if _is_used(stop, tree, assign, name)]
    if len(used) != 1:
        return None
    return assign, used[0], f"{names[used[0]]} = "


def _is_used(stop: Stop, tree: Tree, assign: cst.Assign, name: str) -> bool:
    if name.startswith("_"):
        return False
    line = tree.positions[assign].end.line
    loop = any(isinstance(around, (cst.For, cst.While, cst.FunctionDef)) for around in tree.ancestors(assign))
    if not name.isidentifier() or loop:
        return True
    below = replace(stop.at, line=line, end_line=line)
    return any(getattr(node, "id", None) == name for node in uses_after(stop, below))
