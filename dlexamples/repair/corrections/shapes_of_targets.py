"""Targets in the shape of the predictions, in the call of a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair.corrections import corrects
from dlexamples.repair.edit import calls, parse, replace_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal
    from dlexamples.repair.corrections import Faulty

_PLAIN = (cst.Name, cst.Attribute, cst.Subscript, cst.Call)


@corrects("unsqueeze targets")
def unsqueeze_targets(faulty: Faulty) -> Iterator[Proposal]:
    yield from _with_method(faulty, "unsqueeze(1)")


@corrects("squeeze targets")
def squeeze_targets(faulty: Faulty) -> Iterator[Proposal]:
    yield from _with_method(faulty, "squeeze(1)")


def _with_method(faulty: Faulty, method: str) -> Iterator[Proposal]:
    tree = parse(faulty.source)
    for call in calls(tree) if tree else ():
        if tree is None or tree.line(call) != faulty.line:
            continue
        named = [each for each in call.args if each.keyword is not None and each.keyword.value == "target"]
        argument = named[0] if named else call.args[1] if len(call.args) > 1 and not call.args[1].keyword else None
        if argument is None or argument.star:
            continue
        text = tree.text(argument.value)
        written = f"{text}.{method}" if isinstance(argument.value, _PLAIN) else f"({text}).{method}"
        source = replace_node(tree, argument.value, written)
        yield faulty.proposal("shapes_of_targets", f"`{written}`: the shape of the predictions", source)
