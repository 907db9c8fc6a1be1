"""What in the post's text raised: the attribute that is not there, the call that was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live

if TYPE_CHECKING:
    from types import FrameType

    from dlexamples.model import Stop


@dataclass(frozen=True, slots=True)
class Failed:
    """An attribute, or a method's call, that the live `owner` does not have or take."""

    tree: edit.Tree
    node: cst.Attribute
    owner: Any

    @property
    def name(self) -> str:
        return self.node.attr.value

    @property
    def receiver(self) -> str:
        """As the post writes it."""
        return self.tree.module.code_for_node(self.node.value)


def tree_at(stop: Stop) -> edit.Tree | None:
    return edit.parse(stop.sources[stop.at.block])


def missing_attribute(stop: Stop) -> Failed | None:
    """The `x.name` of the post that raised AttributeError, with the live `x`. None where a library's own code, or
    the post's `raise`, did."""
    error = stop.error
    if not isinstance(error, AttributeError) or not error.name or error.obj is None or not _of_the_post(stop):
        return None
    tree = tree_at(stop)
    if tree is None:
        return None
    found = [node for node in attributes_at(tree, stop) if node.attr.value == error.name]
    ends = [node for node in found if _ends_at(tree, node, stop)]
    chosen = ends or [node for node in found if live.value_of(stop, tree.module.code_for_node(node.value)) is error.obj]
    chosen = chosen or (found if len(found) == 1 else [])
    return Failed(tree, chosen[0], error.obj) if chosen else None


def refused_method(stop: Stop) -> Failed | None:
    """The method whose call raised, with its live receiver where that is known without the post's own functions."""
    found = failed_call(stop)
    if found is None or not isinstance(found[1].func, cst.Attribute):
        return None
    tree, call = found
    assert isinstance(call.func, cst.Attribute)
    owner = live.value_of(stop, tree.module.code_for_node(call.func.value))
    return None if owner is live.MISSING else Failed(tree, call.func, owner)


def failed_call(stop: Stop) -> tuple[edit.Tree, cst.Call] | None:
    """The call that raised: on Python 3.10, which tells lines only, the innermost on the line if it is the only one."""
    tree = tree_at(stop)
    if tree is None:
        return None
    found = edit.calls_at(tree, stop.at)
    exact = [call for call in found if _starts_at(tree, call, stop) and _ends_at(tree, call, stop)]
    chosen = exact or (found if len(found) == 1 else [])
    return (tree, chosen[0]) if chosen else None


def attributes_at(tree: edit.Tree, stop: Stop) -> list[cst.Attribute]:
    """The attributes that lie in the place, in the order of the text."""
    at = stop.at

    def lies_in(node: cst.CSTNode) -> bool:
        span = tree.positions[node]
        first, last = (span.start.line, span.start.column), (span.end.line, span.end.column)
        return first < (at.end_line, at.end_column) and (at.line, at.column) < last

    found = [node for node in tree.positions if isinstance(node, cst.Attribute) and lies_in(node)]
    return sorted(found, key=tree.end)


def innermost_frame(error: BaseException) -> FrameType | None:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame if trace else None


def _of_the_post(stop: Stop) -> bool:
    """Whether the attribute was looked up by the post's own text: `__getattr__` alone may lie between."""
    trace = stop.error.__traceback__
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    while frames and frames[-1].f_code.co_name in ("__getattr__", "__getattribute__"):
        frames.pop()
    return bool(frames) and frames[-1].f_globals is stop.namespace


def _starts_at(tree: edit.Tree, node: cst.CSTNode, stop: Stop) -> bool:
    start = tree.positions[node].start
    return (start.line, start.column) == (stop.at.line, stop.at.column)


def _ends_at(tree: edit.Tree, node: cst.CSTNode, stop: Stop) -> bool:
    end = tree.positions[node].end
    return (end.line, end.column) == (stop.at.end_line, stop.at.end_column)
