"""`alpha[t] * images`: one number a sample meets the last axis, and not the batch, unless it is given the other axes.

https://docs.pytorch.org/docs/stable/notes/broadcasting.html, https://numpy.org/doc/stable/user/basics.broadcasting.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.renamed.failing import nodes_at
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.sites import Site, suffixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

ELEMENTWISE = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide)


@rule
def factor_of_samples(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, (RuntimeError, ValueError)):
        return
    tree = edit.parse(stop.sources[stop.at.block])
    for node in reversed(nodes_at(tree, stop.at, cst.BinaryOperation)) if tree else ():
        assert tree
        if not isinstance(node.operator, ELEMENTWISE):
            continue
        sides = [node.left, node.right]
        values = [live.value_of(stop, tree.text(side)) for side in sides]
        for (vector, batch), side in zip((values, reversed(values)), sides, strict=True):
            if _is_a_number_each(vector, batch):
                axes = ", ".join([":", *["None"] * (batch.ndim - 1)])
                code = tree.text(side)
                yield propose.mend(
                    "factor_of_samples",
                    propose.SHAPES,
                    f"`{code}` has a number for each of {len(vector)} samples, and they are {propose.shape(batch)}",
                    f"give it the axes of a sample: `[{axes}]`",
                    suffixed(stop, Site(stop.at.block, tree, side), f"[{axes}]"),
                )
                return


def _is_a_number_each(vector: Any, batch: Any) -> bool:
    """Whether `vector` is as long as the batch, and does not fit the last axis."""
    shapes = [tuple(getattr(value, "shape", ())) for value in (vector, batch)]
    if len(shapes[0]) != 1 or len(shapes[1]) < 2 or not hasattr(batch, "ndim"):
        return False
    return bool(shapes[0][0] == shapes[1][0] != shapes[1][-1])
