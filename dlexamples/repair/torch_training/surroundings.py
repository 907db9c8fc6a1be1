"""What stands around a call and would leave a mend half done: a `try` that hides the next stop, another branch."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit
from dlexamples.repair.torch_training.call import KerasCall, read_call
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDES = frozenset({"AttributeError", "TypeError", "Exception", "BaseException"})


def check_surroundings(call: KerasCall) -> None:
    """Raises CannotMend in a `try` whose handler would take the next Keras-style call's error for its own."""
    if any(isinstance(node, ast.Try) and _hides(node) for node in ast.walk(ast.parse(_statement(call)))):
        raise CannotMend("it runs in a `try` whose `except` would hide that the next such call fails")
    if any(isinstance(node, cst.Try) and _hides(_as_ast(call, node)) for node in call.tree.ancestors(call.node)):
        raise CannotMend("it stands in a `try` whose `except` would hide that the next such call fails")


def other_branches(call: KerasCall) -> list[KerasCall]:
    """The Keras-style calls on the same receiver in branches beside the call's, the last first."""
    above = [call.node, *call.tree.ancestors(call.node)]
    branches = {part: taken for taken, part in pairwise(above) if isinstance(part, cst.If)}
    found: list[KerasCall] = []
    for node in edit.calls(call.tree):
        around = list(call.tree.ancestors(node))
        if not any(part in around and taken not in around for part, taken in branches.items()):
            continue
        other = read_call(call.stop, call.tree, node)
        if other and other.receiver == call.receiver and other.method in ("compile", "fit", "evaluate", "predict"):
            found.append(other)
    return found[::-1]


def moved(call: KerasCall, sources: tuple[str, ...]) -> KerasCall:
    """The same call in the blocks after an edit elsewhere in its `if`."""
    stop = replace(call.stop, sources=sources)
    tree = edit.parse(sources[call.block])
    text = call.tree.text(call.node)
    for node in edit.calls(tree) if tree else ():
        found = read_call(stop, tree, node) if tree and tree.text(node) == text else None
        if found and any(isinstance(above, cst.If) for above in found.tree.ancestors(node)):
            return found
    raise CannotMend("another branch compiles the model in the same words")


def _statement(call: KerasCall) -> str:
    place = call.stop.statement
    return "\n".join(call.stop.sources[place.block].splitlines()[place.line - 1 : place.end_line])


def _as_ast(call: KerasCall, node: cst.Try) -> ast.Try:
    made = ast.parse(call.tree.module.code_for_node(node)).body[0]
    assert isinstance(made, ast.Try)
    return made


def _hides(node: ast.Try) -> bool:
    return any(handler.type is None or HIDES & set(_classes(handler.type)) for handler in node.handlers)


def _classes(node: ast.expr) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
