"""A method, or a class, that is written without the parentheses that call it: `loss.item`, `with torch.no_grad:`."""

from __future__ import annotations

from types import BuiltinMethodType, MethodType
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import attributes_at, missing_attribute, tree_at
from dlexamples.repair.signatures import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

METHODS = (MethodType, BuiltinMethodType)


@rule
def uncalled(stop: Stop) -> Iterator[Proposal]:
    missing = missing_attribute(stop)
    if missing:
        # A method hands the look-up on to its function, so the error tells that.
        method = live.value_of(stop, missing.receiver)
        if isinstance(method, METHODS):
            yield from _called(stop, missing.tree, missing.node.value, method)
        return
    if not isinstance(stop.error, (TypeError, AttributeError)):
        return
    tree = tree_at(stop)
    if tree is None:
        return
    if "context manager" in str(stop.error) or "__enter__" in str(stop.error):
        yield from _entered(stop, tree)
    elif "method" in str(stop.error):
        found = [node for node in attributes_at(tree, stop) if isinstance(_method(stop, tree, node), METHODS)]
        if len(found) == 1:
            yield from _called(stop, tree, found[0], _method(stop, tree, found[0]))


def _method(stop: Stop, tree: edit.Tree, node: cst.Attribute) -> Any:
    """The value of an attribute that is not called."""
    parent = tree.parents[node]
    if isinstance(parent, cst.Call) and parent.func is node:
        return live.MISSING
    return live.value_of(stop, tree.module.code_for_node(node))


def _called(stop: Stop, tree: edit.Tree, node: cst.BaseExpression, method: Any) -> Iterator[Proposal]:
    """`x.size[0]` asks the method for an argument, `x.item` for none."""
    code = tree.text(node)
    parent = tree.parents[node]
    target: cst.CSTNode = node
    if isinstance(parent, cst.Subscript) and accepts(method, 1, ()) and len(parent.slice) == 1:
        target, written = parent, f"{code}({tree.text(parent.slice[0])})"
    elif accepts(method, 0, ()):
        written = f"{code}()"
    else:
        return
    message = f"`{code}` is a method, and is not called"
    yield answer(
        stop,
        "uncalled",
        replaced(stop, tree, target, written),
        message,
        f"call it: `{written}`",
        safe=True,
        code="DL204",
        label="not called",
    )


def _entered(stop: Stop, tree: edit.Tree) -> Iterator[Proposal]:
    for node in tree.positions:
        if not isinstance(node, cst.WithItem) or not stop.at.line <= tree.line(node) <= stop.at.end_line:
            continue
        code = tree.text(node.item)
        value = live.value_of(stop, code)
        if isinstance(value, type) and hasattr(value, "__enter__") and accepts(value, 0, ()):
            yield answer(
                stop,
                "uncalled",
                replaced(stop, tree, node.item, f"{code}()"),
                f"`{code}` is a class, and `with` needs an object of it",
                f"make one: `{code}()`",
                safe=True,
                code="DL204",
                label="not called",
            )
