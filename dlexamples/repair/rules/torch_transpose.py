"""`torch.matmul(q, k.T)` of batches: `T` reverses all axes, and the product takes matrices on the last two.

torch says of `T` on tensors of other than two dimensions: "consider `x.mT` to transpose batches of matrices"
(https://docs.pytorch.org/docs/stable/tensors.html#torch.Tensor.T).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.renamed.failing import nodes_at
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.sites import Site, replaced
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "torch_transpose"


@rule
def torch_transpose(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, RuntimeError) or live.torch_module() is None:
        return
    tree = edit.parse(stop.sources[stop.at.block])
    for node in nodes_at(tree, stop.at, cst.Attribute) if tree else ():
        assert tree
        receiver = tree.text(node.value)
        value = live.value_of(stop, receiver) if node.attr.value == "T" else live.MISSING
        if is_tensor(value) and value.ndim > 2:
            reversed_axes = propose.shape(value.permute(*range(value.ndim - 1, -1, -1)))
            yield propose.mend(
                RULE,
                propose.SHAPES,
                f"`{tree.text(node)}` reverses all axes of {propose.shape(value)}, which gives {reversed_axes}",
                f"swap the last two axes: `{receiver}.mT`",
                replaced(stop, Site(stop.at.block, tree, node.attr), "mT"),
            )
