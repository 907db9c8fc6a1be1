"""`model.train()` and `model.eval()`, where the other mode is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair.corrections import corrects
from dlexamples.repair.edit import calls, insert_after, insert_before, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal
    from dlexamples.repair.corrections import Faulty
    from dlexamples.repair.edit import Tree


@corrects("training mode")
def training_mode(faulty: Faulty) -> Iterator[Proposal]:
    """Before the loop over batches around the call, or else before the call."""
    tree = parse(faulty.source)
    if tree is None:
        return
    for name, statement in _called(tree, faulty.line):
        line = f"{name}.train()"
        for place in _around(tree, statement, cst.For):
            yield faulty.proposal("training_mode", f"`{line}` before training", insert_before(tree, place, line))


@corrects("evaluation mode")
def evaluation_mode(faulty: Faulty) -> Iterator[Proposal]:
    """Before the evaluation; where training goes on afterwards, with the other mode behind it."""
    tree = parse(faulty.source)
    if tree is None:
        return
    for name, statement in _called(tree, faulty.line):
        line = f"{name}.eval()"
        place = next(_around(tree, statement, cst.With))
        source = insert_before(tree, place, line)
        yield faulty.proposal("evaluation_mode", f"`{line}` before the evaluation", source)
        again = parse(insert_after(tree, place, f"{name}.train()"))
        if again is None:
            continue
        # What stands above the line that was added is where it was.
        same = next(_around(again, _statement_at(again, tree.line(statement)), cst.With))
        what = f"`{line}` before the evaluation, `{name}.train()` after it"
        yield faulty.proposal("evaluation_mode", what, insert_before(again, same, line))


def _called(tree: Tree, line: int) -> Iterator[tuple[str, cst.CSTNode]]:
    """What may be a model, by name, and the statement: what is called on the line."""
    seen: set[str] = set()
    for call in calls(tree):
        text = tree.text(call.func)
        if tree.line(call) != line or text in seen or not all(part.isidentifier() for part in text.split(".")):
            continue
        seen.add(text)
        yield text, _line_of(tree, call)


def _line_of(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The innermost statement around `node` that stands on lines of its own."""
    return next(
        each for each in tree.ancestors(node) if isinstance(each, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
    )


def _statement_at(tree: Tree, line: int) -> cst.CSTNode:
    found = [call for call in calls(tree) if tree.line(_line_of(tree, call)) == line]
    return _line_of(tree, found[0])


def _around(tree: Tree, statement: cst.CSTNode, kind: type[cst.BaseCompoundStatement]) -> Iterator[cst.CSTNode]:
    """The innermost `kind` around the statement in its function, and the statement."""
    for above in tree.ancestors(statement):
        if isinstance(above, cst.FunctionDef):
            break
        if isinstance(above, kind):
            yield above
            break
    yield statement
