"""`tf.reduce_mean(x)` on a symbolic tensor of a functional model: Keras 3 takes its own operations there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair import live, rule
from dlexamples.repair.keras.symbolic import takes_symbolic, through_ops
from dlexamples.repair.renamed.failing import called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

SAYS = "A KerasTensor cannot be used as input to a TensorFlow function"


@rule
def keras_symbolic(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, ValueError) or SAYS not in str(stop.error):
        return
    for call in called(stop):
        if call.function is not live.MISSING and takes_symbolic(stop, call.tree, call.node):
            message = f"`{call.tree.text(call.node.func)}` takes no symbolic tensor of Keras"
            yield from through_ops(stop, call.tree, call.node, call.function, "keras_symbolic", message)
            return
