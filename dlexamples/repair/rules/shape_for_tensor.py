"""`torch.randn_like(x.shape)`: the function takes the tensor that its result is to be like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def shape_for_tensor(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, TypeError) else None
    if found is None or "must be Tensor, not torch.Size" not in str(stop.error) or not found[1].args:
        return
    tree, call = found
    given = call.args[0].value
    method = given.func if isinstance(given, cst.Call) and not given.args else given
    if not isinstance(method, cst.Attribute) or method.attr.value not in ("shape", "size"):
        return
    code = tree.text(method.value)
    if is_tensor(live.value_of(stop, code)):
        yield answer(
            stop,
            "shape_for_tensor",
            replaced(stop, tree, given, code),
            f"`{tree.text(call.func)}` takes a tensor, and `{tree.text(given)}` is its shape alone",
            f"give it the tensor: `{tree.text(call.func)}({code})`",
            safe=True,
            code="DL203",
            label="a shape",
        )
