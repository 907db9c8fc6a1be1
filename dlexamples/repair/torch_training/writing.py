"""From template lines to a proposal: the post's own spellings, the imports they take, the edited block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit
from dlexamples.repair.names import spelled
from dlexamples.repair.places import made_at
from dlexamples.repair.torch_training.comments import commented
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.repair.torch_training.call import KerasCall

NO_ROOM = "it stands inside an expression, and nothing can be put before it there"


def assigned_names(call: KerasCall) -> tuple[str, ...] | None:
    """The names that the call's result is given to by its own statement: () for a bare call, None for any other
    use of the result."""
    parent = call.tree.parents[call.node]
    if isinstance(parent, cst.Expr):
        return ()
    if not isinstance(parent, cst.Assign) or len(parent.targets) != 1:
        return None
    target = parent.targets[0].target
    parts = [element.value for element in target.elements] if isinstance(target, cst.Tuple) else [target]
    names = tuple(part.value for part in parts if isinstance(part, cst.Name))
    return names if len(names) == len(parts) else None


def is_tuple_assignment(call: KerasCall) -> bool:
    parent = call.tree.parents[call.node]
    return isinstance(parent, cst.Assign) and isinstance(parent.targets[0].target, cst.Tuple)


def in_place_of_statement(call: KerasCall, lines: Sequence[str]) -> tuple[str, ...]:
    """The session's blocks with the lines in place of the statement that is the call, or assigns it."""
    statement = edit.statement_of(call.tree, call.node)
    if not isinstance(statement, cst.BaseSmallStatement):
        raise CannotMend(NO_ROOM)
    written, imports = spelled(call.stop, lines)
    written, placed = commented(call, written)
    return _blocks(call, edit.replace_statement(call.tree, statement, written, placed), imports)


def without_statement(call: KerasCall) -> tuple[str, ...]:
    """The session's blocks without the statement that is the call."""
    statement = edit.statement_of(call.tree, call.node)
    if not isinstance(statement, cst.BaseSmallStatement):
        raise CannotMend(NO_ROOM)
    return _blocks(call, edit.remove_statement(call.tree, statement), [])


def before_statement(
    call: KerasCall, lines: Sequence[str], value: str, *, whole: cst.BaseExpression | None = None
) -> tuple[str, ...]:
    """The session's blocks with the lines before the call's statement, and `value` where the call stood, or the
    `whole` expression that it is a part of."""
    if edit.statement_of(call.tree, call.node) is None:
        raise CannotMend(NO_ROOM)
    (*written, spelled_value), imports = spelled(call.stop, [*lines, value])
    return _blocks(call, edit.move_before(call.tree, whole or call.node, written, spelled_value), imports)


def around_statement(call: KerasCall, lines: Sequence[str], value: str) -> tuple[str, ...]:
    """The session's blocks with the call's statement, `value` where the call stood, below the lines as the body of
    the last of them."""
    statement = edit.statement_of(call.tree, call.node)
    if not isinstance(statement, cst.BaseSmallStatement):
        raise CannotMend(NO_ROOM)
    (*written, spelled_value), imports = spelled(call.stop, [*lines, value])
    body = "    " + edit.with_value(call.tree, call.node, spelled_value)
    return _blocks(call, edit.replace_statement(call.tree, statement, [*written, body]), imports)


def replaced(call: KerasCall, node: cst.CSTNode, value: str) -> tuple[str, ...]:
    """The session's blocks with `value` in place of the call, or of a part of it."""
    return _blocks(call, edit.replace_node(call.tree, node, value), [])


def proposal(
    call: KerasCall,
    rule: str,
    sources: tuple[str, ...],
    description: str,
    notes: Sequence[str] = (),
    applicability: Applicability = Applicability.UNSAFE,
) -> Proposal:
    """The proposal for a Keras-style call; what was left out or chosen is told behind the description."""
    dropped = [f"`{name}={call.arguments[name]}` has no counterpart and is left out" for name in call.dropped]
    return Proposal(
        rule=rule,
        code="DL201",
        message=f"Keras-style `{call.method}` on a torch module",
        applicability=applicability,
        description="; ".join([description, *notes, *dropped]),
        sources=sources,
        label=call.label,
        related=made_at(call.stop, call.receiver),
    )


def _blocks(call: KerasCall, source: str, imports: Sequence[str]) -> tuple[str, ...]:
    blocks = list(call.stop.sources)
    blocks[call.block] = edit.add_imports(call.tree, source, imports, call.node)
    return tuple(blocks)
