"""The data that a model which is being compiled will be trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit
from dlexamples.repair.torch_training.call import KerasCall, read_call
from dlexamples.repair.torch_training.data import read_source
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from dlexamples.repair.torch_training.probe import Sample


def coming_sample(call: KerasCall) -> Sample | None:
    """A batch of the next `fit` of the same receiver, when its arrays are plain names that are alive."""
    for block in range(call.block, len(call.stop.sources)):
        tree = call.tree if block == call.block else edit.parse(call.stop.sources[block])
        for node in edit.calls(tree) if tree else ():
            if not tree or (tree is call.tree and tree.start(node) < tree.end(call.node)):
                continue
            if isinstance(node.func, cst.Attribute) and tree.module.code_for_node(node.func.value) == call.receiver:
                coming = read_call(call.stop, tree, node)
                if coming and coming.method in ("fit", "train") and "x" in coming.arguments:
                    return _sample(coming)
    return None


def _sample(call: KerasCall) -> Sample | None:
    x, y = call.arguments["x"], call.arguments.get("y", "")
    if not x.isidentifier() or (y and not y.isidentifier()):
        return None
    try:
        return read_source(call, x, y, prefix="train_").sample
    except CannotMend:
        return None
