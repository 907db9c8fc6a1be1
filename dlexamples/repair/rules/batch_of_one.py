"""`for batch in loader: model(batch)`, where the loader gives lists of one tensor: `TensorDataset(X)` makes tuples.

https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Frame, Proposal, Stop


@rule
def batch_of_one(stop: Stop) -> Iterator[Proposal]:
    if live.torch_module() is None or not isinstance(stop.error, (TypeError, AttributeError)):
        return
    if not any(f" {kind}" in str(stop.error) or f"'{kind}'" in str(stop.error) for kind in ("list", "tuple")):
        return
    for frame in reversed(stop.frames):
        yield from _of_loop(stop, frame)


def _of_loop(stop: Stop, frame: Frame) -> Iterator[Proposal]:
    """The loops that the frame's place is in, innermost first."""
    tree = edit.parse(stop.sources[frame.at.block])
    loops = [node for node in tree.positions if isinstance(node, cst.For)] if tree else []
    for loop in sorted(loops, key=tree.start, reverse=True) if tree else ():
        assert tree
        span = tree.positions[loop]
        if not span.start.line < frame.at.line <= span.end.line or not isinstance(loop.target, cst.Name):
            continue
        name = loop.target.value
        value = frame.names.get(name)
        if isinstance(value, (list, tuple)) and len(value) == 1 and is_tensor(value[0]):
            given = f"`{tree.text(loop.iter)}` gives a {type(value).__name__} of one tensor"
            yield answer(
                stop,
                "batch_of_one",
                replaced(stop, tree, loop.target, f"({name},)", block=frame.at.block),
                f"{given}, and `{name}` is used as a tensor",
                f"unpack it: `for ({name},) in {tree.text(loop.iter)}`",
                safe=True,
                code="DL204",
                label="one in a list",
            )
            return
