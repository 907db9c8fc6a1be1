"""Proposals and refusals that a rule of this family makes, and the edited blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit
from dlexamples.repair.places import made_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Stop


def with_block(stop: Stop, block: int, source: str) -> tuple[str, ...]:
    """The session's blocks with another text of one."""
    return (*stop.sources[:block], source, *stop.sources[block + 1 :])


def replaced(
    stop: Stop, tree: edit.Tree, node: cst.CSTNode, code: str, imports: Sequence[str] = (), block: int | None = None
) -> tuple[str, ...]:
    """The session's blocks with `code` in the node's place, and the imports above it."""
    source = edit.add_imports(tree, edit.replace_node(tree, node, code), imports, node)
    return with_block(stop, stop.at.block if block is None else block, source)


def without_call(stop: Stop, tree: edit.Tree, node: cst.BaseExpression, receiver: str) -> tuple[str, ...]:
    """The session's blocks with the receiver alone in the place of the call that does nothing; without the
    statement where only `x` or `x = x` would be left of it."""
    parent = tree.parents[node]
    is_bare = isinstance(parent, cst.Expr)
    to_itself = isinstance(parent, cst.Assign) and all(
        tree.module.code_for_node(target.target) == receiver for target in parent.targets
    )
    if isinstance(parent, cst.BaseSmallStatement) and (is_bare or to_itself):
        return with_block(stop, stop.at.block, edit.remove_statement(tree, parent))
    return replaced(stop, tree, node, receiver)


def answer(
    stop: Stop,
    rule: str,
    sources: tuple[str, ...],
    message: str,
    description: str,
    *,
    safe: bool = False,
    code: str = "DL201",
    label: str = "",
    receiver: str = "",
) -> Proposal:
    return Proposal(
        rule=rule,
        code=code,
        message=message,
        applicability=Applicability.SAFE if safe else Applicability.UNSAFE,
        description=description,
        sources=sources,
        label=label,
        related=made_at(stop, receiver) if receiver else (),
    )


def refusal(
    stop: Stop, rule: str, message: str, description: str, *, code: str = "DL201", label: str = "", receiver: str = ""
) -> Proposal:
    """`message` says what was found, and why no edit says the same."""
    return Proposal(
        rule=rule,
        code=code,
        message=message,
        applicability=Applicability.DISPLAY,
        description=description,
        sources=stop.sources,
        label=label,
        related=made_at(stop, receiver) if receiver else (),
        final=True,
    )
