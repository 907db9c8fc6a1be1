"""`model(X)` and `torch.matmul(a, x)` with a NumPy array where torch takes tensors alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.idioms.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def array_for_tensor(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, TypeError) or "must be Tensor, not" not in str(stop.error):
        return
    found, numpy = failed_call(stop), sys.modules.get("numpy")
    if found is None or numpy is None or live.torch_module() is None:
        return
    tree, call = found
    function = live.value_of(stop, tree.module.code_for_node(call.func))
    arrays = [
        argument.value
        for argument in call.args
        if isinstance(live.value_of(stop, tree.module.code_for_node(argument.value)), numpy.ndarray)
    ]
    if len(arrays) != 1:
        return
    code = tree.text(arrays[0])
    name, imports = spelled(stop, "torch.from_numpy")
    written = f"{name}({code}){_cast(function, live.value_of(stop, code))}"
    yield answer(
        stop,
        "array_for_tensor",
        replaced(stop, tree, arrays[0], written, imports),
        f"`{code}` is a NumPy array, and `{tree.text(call.func)}` takes tensors",
        f"make a tensor of it: `{written}`",
        label=f"`{code}` is an array",
    )


def _cast(function: Any, array: Any) -> str:
    """A module's parameters and its input have one dtype where both are floats."""
    torch = live.torch_module()
    if not live.is_module(function) or array.dtype.kind != "f":
        return ""
    dtypes = {p.dtype for p in function.parameters() if p.is_floating_point()}
    return ".float()" if dtypes == {torch.float32} and array.dtype.name != "float32" else ""
