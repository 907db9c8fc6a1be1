"""`loss.data[0]`: since PyTorch 0.4 a loss has no dimension, and `item()` gives its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.renamed.failing import nodes_at
from dlexamples.repair.renamed.proposals import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


@rule
def torch_item(stop: Stop) -> Iterator[Proposal]:
    torch = live.torch_module()
    if torch is None or not isinstance(stop.error, IndexError) or "0-dim tensor" not in str(stop.error):
        return
    tree = edit.parse(stop.sources[stop.at.block])
    for node in reversed(nodes_at(tree, stop.at, cst.Subscript)) if tree else ():
        assert tree
        value = live.value_of(stop, tree.text(node.value))
        if not isinstance(value, torch.Tensor) or value.ndim or live.value_of(stop, _index(tree, node)) != 0:
            continue
        data = isinstance(node.value, cst.Attribute) and node.value.attr.value == "data"
        tensor = tree.text(node.value.value if data and isinstance(node.value, cst.Attribute) else node.value)
        yield Proposal(
            rule="torch_item",
            code="DL202",
            message=f"`{tree.text(node.value)}` is a tensor of no dimension, which has no element 0",
            applicability=Applicability.SAFE,
            description=f"`{tensor}.item()` gives its number (PyTorch 0.4, migration guide: losses are 0-dimensional)",
            sources=replaced(stop, tree, node, f"{tensor}.item()", []),
            label="no dimension",
        )
        return


def _index(tree: edit.Tree, node: cst.Subscript) -> str:
    return ", ".join(tree.text(element) for element in node.slice)
