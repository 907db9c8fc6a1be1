"""`history["loss"]`, `history.keys()`: what `fit` gives is an object, and the figures are in its `history`.

https://keras.io/api/models/model_training_apis/#fit-method
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, with_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

OF_A_DICT = ("get", "items", "keys", "values")


@rule
def keras_history(stop: Stop) -> Iterator[Proposal]:
    keras = sys.modules.get("keras")
    if keras is None or "'History' object" not in str(stop.error):
        return
    tree = edit.parse(stop.sources[stop.at.block])
    read = [node for node in tree.positions if _is_read(node)] if tree else []
    for node in read:
        assert tree
        assert isinstance(node, (cst.Subscript, cst.Attribute))
        receiver = tree.text(node.value)
        at = stop.at.line <= tree.line(node) <= stop.at.end_line
        if not at or not isinstance(live.value_of(stop, receiver), keras.callbacks.History):
            continue
        source = tree.source
        same = [one for one in read if isinstance(one, (cst.Subscript, cst.Attribute))]
        ends = [tree.end(one.value) for one in same if tree.text(one.value) == receiver]
        for end in sorted(ends, reverse=True):
            source = f"{source[:end]}.history{source[end:]}"
        yield answer(
            stop,
            "keras_history",
            with_block(stop, stop.at.block, source),
            f"`{receiver}` is what `fit` gives, and no dict",
            f"the figures are in `{receiver}.history`",
            safe=True,
            code="DL202",
            label="no dict",
        )
        return


def _is_read(node: cst.CSTNode) -> bool:
    """As a dict is read."""
    return isinstance(node, cst.Subscript) or (isinstance(node, cst.Attribute) and node.attr.value in OF_A_DICT)
