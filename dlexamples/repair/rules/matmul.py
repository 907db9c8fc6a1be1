"""Two matrices that do not meet in a product: the one that is turned, where only one of the two can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, rule
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.sites import Site, argument, suffixed, value_in
from dlexamples.repair.torch_training.forms import is_ndarray, is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "matmul"
FUNCTIONS = ("matmul", "mm", "dot")


@rule
def matmul(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, (RuntimeError, ValueError)) or not stop.frames:
        return
    product = _product(stop)
    if product is None:
        return
    left, right = product
    frame = stop.frames[-1]
    one, other = value_in(stop, frame, left.text), value_in(stop, frame, right.text)
    if not (_is_matrix(one) and _is_matrix(other)) or one.shape[1] == other.shape[0]:
        return
    found = f"the columns of {propose.shape(one)} are not the rows of {propose.shape(other)}"
    turned = [
        site for site, fits in ((left, one.shape[0] == other.shape[0]), (right, one.shape[1] == other.shape[1])) if fits
    ]
    if len(turned) == 1:
        described = f"turn `{turned[0].text}`, which is the one that fits so"
        yield propose.mend(RULE, propose.SHAPES, found, described, suffixed(stop, turned[0], ".T"))
        return
    reason = "turning either would do" if turned else "turning neither would do"
    yield propose.refusal(stop, RULE, propose.SHAPES, found, reason)


def _product(stop: Stop) -> tuple[Site, Site] | None:
    """The two sides of the innermost product at the place that failed."""
    place = stop.frames[-1].at
    tree = edit.parse(stop.sources[place.block])
    found: list[tuple[Site, Site]] = []
    for node in tree.positions if tree else ():
        span = tree.positions[node] if tree else None
        if tree is None or span is None or not isinstance(node, (cst.BinaryOperation, cst.Call)):
            continue
        if (span.start.line, span.start.column) < (place.line, place.column):
            continue
        if (span.end.line, span.end.column) > (place.end_line, place.end_column):
            continue
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.MatrixMultiply):
            found.append((Site(place.block, tree, node.left), Site(place.block, tree, node.right)))
        elif (
            isinstance(node, cst.Call) and tree.text(node.func).rpartition(".")[2] in FUNCTIONS and len(node.args) == 2
        ):
            call = Site(place.block, tree, node)
            left, right = argument(call, 0), argument(call, 1)
            if left and right:
                found.append((left, right))
    return found[0] if len(found) == 1 else None


def _is_matrix(value: Any) -> bool:
    return (is_tensor(value) or is_ndarray(value)) and value.ndim == 2
