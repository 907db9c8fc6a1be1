"""What the author's `compile` said, which an earlier mend has replaced: it names the loss and the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit
from dlexamples.repair.places import published_line
from dlexamples.repair.torch_training.call import KerasCall, named_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator


def compile_arguments(call: KerasCall) -> dict[str, str]:
    """The arguments of the published `compile` of the same receiver that stands last before this call, or of the
    only one in the session."""
    last = published_line(call.stop, call.block, call.tree.line(call.node))
    found: list[tuple[bool, str, dict[str, str]]] = []
    for block, source in enumerate(call.stop.published):
        for receiver, line, arguments in _compiles(call, source):
            found.append(((block, line) <= (call.block, last), receiver, arguments))
    own = [(before, arguments) for before, receiver, arguments in found if receiver == call.receiver]
    before = [arguments for earlier, arguments in own if earlier]
    if before:
        return before[-1]
    if len(found) != 1:
        return {}
    (_, receiver, arguments), *_ = found
    theirs, ours = f"{receiver}.parameters()", f"{call.receiver}.parameters()"
    return {name: code.replace(theirs, ours) for name, code in arguments.items()}


def _compiles(call: KerasCall, source: str) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Receiver, line and arguments of each Keras-style `compile` of a block."""
    tree = edit.parse(source)
    for node in edit.calls(tree) if tree else ():
        if tree and isinstance(node.func, cst.Attribute) and node.func.attr.value == "compile":
            arguments = named_arguments(call.stop, tree, node, "compile")
            if arguments and {"loss", "optimizer"} & arguments.keys():
                yield tree.module.code_for_node(node.func.value), tree.line(node), arguments
