"""What the author's `compile` said, which an earlier mend has replaced: it names the loss and the metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit
from dlexamples.repair.torch_training.call import KerasCall, named_arguments
from dlexamples.repair.torch_training.refusal import CannotMend
from dlexamples.repair.torch_training.repeats import bound_in, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dlexamples.model import Stop


@dataclass(frozen=True, slots=True)
class Compiled:
    """The arguments of the `compile` that made the call's model ready."""

    arguments: Mapping[str, str] = field(default_factory=dict)
    foreign: Mapping[str, str] = field(default_factory=dict)
    """The function that `compile` stands in, by each argument that takes names from there, which the call's place
    cannot see."""


@dataclass(frozen=True, slots=True)
class Compile:
    receiver: str
    block: int
    line: int
    function: str
    arguments: dict[str, str]
    local: frozenset[str]
    """Names that its function binds."""

    def code_for(self, receiver: str) -> dict[str, str]:
        theirs, ours = f"{self.receiver}.parameters()", f"{receiver}.parameters()"
        return {name: code.replace(theirs, ours) for name, code in self.arguments.items()}


def compiled(call: KerasCall) -> Compiled:
    """What the published `compile` of the call's model says. Raises CannotMend when there are several for it."""
    found = compiles(call.stop)
    passed = found[: len(found) - _remaining(call, found)]
    function = edit.function_of(call.tree, call.node)
    name = function.name.value if function else ""
    root = call.receiver.partition(".")[0].partition("[")[0]
    handed = bool(function) and root in _parameters(function)
    own = [place for place in found if place.receiver == call.receiver]
    near = [place for place in own if place.function == name and place in passed]
    if near:
        return Compiled(near[-1].arguments)
    candidates = found if handed or not own else own
    candidates = [place for place in candidates if function or place.function or place in passed]
    said = [place.code_for(call.receiver) for place in candidates]
    if not said:
        return Compiled()
    if any(arguments != said[0] for arguments in said):
        raise CannotMend(
            f"the session compiles models in more than one way, and which is meant for `{call.receiver}` cannot be told"
        )
    return Compiled(said[0], _foreign(candidates[0], said[0], function, root))


def compiles(stop: Stop) -> list[Compile]:
    """Every Keras-style `compile` of the session, as published."""
    return [found for block, source in enumerate(stop.published) for found in _compiles(stop, block, source)]


def _remaining(call: KerasCall, found: list[Compile]) -> int:
    """How many of them the text still holds behind the call: those before it are mended, or did not run."""
    behind = [
        (place.receiver, place.arguments)
        for block, source in enumerate(call.stop.sources)
        for place in _compiles(call.stop, block, source)
        if (block, place.line) > (call.block, call.tree.line(call.node))
    ]
    count = 0
    while count < min(len(behind), len(found)):
        place = found[-count - 1]
        if (place.receiver, place.arguments) != behind[-count - 1]:
            break
        count += 1
    return count


def _foreign(seen: Compile, said: Mapping[str, str], function: cst.FunctionDef | None, root: str) -> dict[str, str]:
    name = function.name.value if function else ""
    if seen.function == name:
        return {}
    hidden = seen.local if seen.function else bound_in(function) if function else frozenset()
    where = seen.function or "another place"
    return {key: where for key, code in said.items() if (names_in(code) - {root}) & hidden}


def _parameters(function: cst.FunctionDef | None) -> set[str]:
    return {parameter.name.value for parameter in function.params.params} - {"self"} if function else set()


def _compiles(stop: Stop, block: int, source: str) -> Iterator[Compile]:
    tree = edit.parse(source)
    for node in edit.calls(tree) if tree else ():
        if not tree or not isinstance(node.func, cst.Attribute) or node.func.attr.value != "compile":
            continue
        try:
            arguments = named_arguments(stop, tree, node, "compile")
        except CannotMend:
            continue
        if {"loss", "optimizer"} & arguments.keys():
            around = edit.function_of(tree, node)
            yield Compile(
                tree.module.code_for_node(node.func.value),
                block,
                tree.line(node),
                around.name.value if around else "",
                arguments,
                bound_in(around) if around else frozenset(),
            )
