"""`torch.randint(0, 10, size=(4))`: parentheses alone make no tuple, and a tuple is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, rule
from dlexamples.repair.idioms.answers import answer, with_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def parentheses_for_tuple(stop: Stop) -> Iterator[Proposal]:
    tree = edit.parse(stop.sources[stop.at.block]) if isinstance(stop.error, (TypeError, ValueError)) else None
    for call in edit.calls_at(tree, stop.at) if tree else ():
        assert tree
        for argument in call.args:
            if not isinstance(argument.value, cst.Integer) or not argument.value.lpar:
                continue
            end = tree.end(argument.value)
            code = tree.text(argument.value)
            yield answer(
                stop,
                "parentheses_for_tuple",
                with_block(stop, stop.at.block, f"{tree.source[:end]},{tree.source[end:]}"),
                f"`({code})` is a number, and `{tree.text(call.func)}` takes a tuple",
                f"write `({code},)`",
                safe=True,
                code="DL203",
                label="a number, and no tuple",
            )
