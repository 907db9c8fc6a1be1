"""`array.unsqueeze(0)`, `keras_model.state_dict()`: one library's way of writing on another's object, by the table."""

from __future__ import annotations

import ast
from types import ModuleType
from typing import TYPE_CHECKING

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, refusal, replaced, without_call
from dlexamples.repair.idioms.failed import Failed, missing_attribute, refused_method
from dlexamples.repair.idioms.filling import filled
from dlexamples.repair.idioms.rows import rows_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop
    from dlexamples.repair.idioms.filling import Filled
    from dlexamples.repair.idioms.rows import Row

SHORT = 48
"""Characters of code that a message shows."""


@rule
def idiom(stop: Stop) -> Iterator[Proposal]:
    failed = missing_attribute(stop)
    if failed is None and isinstance(stop.error, (TypeError, ValueError)):
        failed = refused_method(stop)
    if failed is None or _is_the_authors_own(failed):
        return
    for row in rows_for(failed.owner, failed.name):
        found = filled(stop, failed, row)
        if found and not (row.unless == "called" and _is_called(stop, failed)):
            yield _answer(stop, failed, row, found)
            return


def _answer(stop: Stop, failed: Failed, row: Row, found: Filled) -> Proposal:
    what = _said(failed, row)
    written = failed.tree.text(found.node)
    shown = written if len(written) <= SHORT and "\n" not in written else f"….{failed.name}"
    lacks = isinstance(stop.error, AttributeError)
    label = f"{what}, which has no `{failed.name}`" if lacks else f"{what}, whose `{failed.name}` takes other arguments"
    message = f"`{shown}` is written as in {row.idiom}, and {what}"
    receiver = failed.receiver if failed.receiver.isidentifier() else ""
    if not row.use:
        return refusal(
            stop,
            "idiom",
            f"{message}; no fix is offered because {row.refuse}",
            row.says,
            label=label,
            receiver=receiver,
        )
    if row.use == "x":
        sources = without_call(stop, failed.tree, found.node, failed.receiver)
    else:
        sources = replaced(stop, failed.tree, found.node, found.code, found.imports)
    description = row.says or f"write `{found.code}`, which says the same there"
    if row.source:
        description += f" ({row.source})"
    return answer(stop, "idiom", sources, message, description, safe=row.safe, label=label, receiver=receiver)


def _said(failed: Failed, row: Row) -> str:
    if isinstance(failed.owner, ModuleType):
        return f"`{failed.receiver}` is the module `{failed.owner.__name__}`"
    name = f"`{failed.receiver}`" if len(failed.receiver) <= SHORT and "\n" not in failed.receiver else "this"
    return f"{name} is a `{row.class_of(failed.owner)}`"


def _is_the_authors_own(failed: Failed) -> bool:
    """`self.layers` in a class of the post is an attribute that the author forgot, or spelled otherwise."""
    return failed.receiver in ("self", "cls") and type(failed.owner).__module__ == "__main__"


def _is_called(stop: Stop, failed: Failed) -> bool:
    """Whether the post itself calls the object without saying which mode it is in."""
    for source in stop.published:
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call) or any(keyword.arg == "training" for keyword in node.keywords):
                continue
            called = ast.unparse(node.func)
            if called == failed.receiver or live.value_of(stop, called) is failed.owner:
                return True
    return False
