"""`torch.load` of a whole model: since torch 2.6 it reads weights alone unless it is told otherwise.

https://github.com/pytorch/pytorch/releases/tag/v2.6.0
"""

from __future__ import annotations

from pickle import UnpicklingError
from typing import TYPE_CHECKING

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, with_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def torch_load(stop: Stop) -> Iterator[Proposal]:
    """The file is the post's own: nothing else lies in the folder where its blocks start."""
    torch = live.torch_module()
    if torch is None or not isinstance(stop.error, UnpicklingError) or "weights_only" not in str(stop.error):
        return
    tree = edit.parse(stop.sources[stop.at.block])
    for call in edit.calls_at(tree, stop.at) if tree else ():
        assert tree
        given = {argument.keyword.value for argument in call.args if argument.keyword}
        if live.value_of(stop, tree.text(call.func)) is not torch.load or "weights_only" in given or not call.args:
            continue
        end = tree.end(call.args[-1].value)
        source = f"{tree.source[:end]}, weights_only=False{tree.source[end:]}"
        yield answer(
            stop,
            "torch_load",
            with_block(stop, stop.at.block, source),
            f"`{tree.text(call)}` reads weights alone, and the file holds other objects, whose reading runs code",
            "say `weights_only=False`, which was the default before torch 2.6: for files that a reader trusts",
            code="DL203",
            label="weights alone",
        )
        return
