"""`optimizer.zero_grad()` in each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair.corrections import corrects
from dlexamples.repair.edit import calls, insert_before, parse, statement_of, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal
    from dlexamples.repair.corrections import Faulty
    from dlexamples.repair.edit import Tree


@corrects("zero gradients")
def zero_gradients(faulty: Faulty) -> Iterator[Proposal]:
    """The line is that of `step`; before the `backward` that stands in one suite with it, else before `step`'s own."""
    tree = parse(faulty.source)
    if tree is None:
        return
    for call in calls(tree):
        owner = _owner(call, "step")
        if owner is None or tree.line(call) != faulty.line or call.args:
            continue
        step = statement_of(tree, call)
        backward = step and _backward(tree, step)
        if backward:
            line = f"{tree.text(owner)}.zero_grad()"
            yield faulty.proposal("zero_gradients", f"`{line}` before `backward`", insert_before(tree, backward, line))


def _owner(call: cst.Call, name: str) -> cst.BaseExpression | None:
    """What a method of this name is called on."""
    return call.func.value if isinstance(call.func, cst.Attribute) and call.func.attr.value == name else None


def _backward(tree: Tree, step: cst.CSTNode) -> cst.CSTNode | None:
    """The last statement with a `backward` before `step`, in the same suite."""
    line = tree.parents[step]
    suite = getattr(tree.parents.get(line), "body", ())
    before = [each for each in suite if tree.line(each) < tree.line(line)]
    found = [each for each in before if any(_owner(call, "backward") for call in within(each, cst.Call))]
    is_plain = found and isinstance(found[-1], cst.SimpleStatementLine)
    return found[-1] if is_plain else None
