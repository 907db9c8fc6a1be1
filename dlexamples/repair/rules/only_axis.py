"""`torch.cumprod(alphas)`: torch wants to be told the axis, as NumPy does not, and the tensor has one.

https://docs.pytorch.org/docs/stable/generated/torch.cumprod.html, https://numpy.org/doc/stable/reference/generated/numpy.cumprod.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, with_block
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

LACKS_DIM = re.compile(r"missing 1 required positional arguments?: \"dim\"")


@rule
def only_axis(stop: Stop) -> Iterator[Proposal]:
    lacks = isinstance(stop.error, TypeError) and LACKS_DIM.search(str(stop.error))
    found = failed_call(stop) if lacks else None
    if found is None:
        return
    tree, call = found
    receiver = [call.func.value] if isinstance(call.func, cst.Attribute) else []
    candidates = [*receiver, *(argument.value for argument in call.args[:1])]
    tensors = [value for node in candidates if is_tensor(value := live.value_of(stop, tree.text(node)))]
    if len(tensors) != 1 or tensors[0].ndim != 1:
        return
    end = tree.end(call) - 1
    written = ", dim=0" if call.args else "dim=0"
    yield answer(
        stop,
        "only_axis",
        with_block(stop, stop.at.block, tree.source[:end].rstrip().removesuffix(",") + written + tree.source[end:]),
        f"`{tree.text(call.func)}` takes the axis, and is not told it",
        "write `dim=0`: the tensor has one axis",
        safe=True,
        code="DL203",
        label="no axis",
    )
