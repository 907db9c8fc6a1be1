"""`torch.sqrt(q.shape[-1])`: the function takes tensors, and the standard library has it for numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, with_block
from dlexamples.repair.idioms.failed import failed_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def number_for_tensor(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, TypeError) else None
    torch = live.torch_module()
    if found is None or torch is None or "must be Tensor, not" not in str(stop.error):
        return
    tree, call = found
    function = live.value_of(stop, tree.text(call.func))
    name = getattr(function, "__name__", "")
    if function is live.MISSING or function is not getattr(torch, name, None) or not hasattr(math, name):
        return
    values = [live.value_of(stop, tree.text(argument.value)) for argument in call.args]
    if not values or any(argument.keyword or argument.star for argument in call.args):
        return
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in values):
        return
    written, imports = _spelled(stop, name)
    source = edit.add_imports(tree, edit.replace_node(tree, call.func, written), imports, call)
    given = ", ".join(f"`{tree.text(argument.value)}`" for argument in call.args)
    yield answer(
        stop,
        "number_for_tensor",
        with_block(stop, stop.at.block, source),
        f"`{tree.text(call.func)}` takes tensors, and {given} is a number",
        f"write `{written}`, which takes numbers",
        safe=True,
        code="DL203",
        label="a number",
    )


def _spelled(stop: Stop, name: str) -> tuple[str, list[str]]:
    """As the post spells the module `math`, or with an import of it."""
    known = next((key for key, value in live.scope(stop).items() if value is math), "")
    return f"{known or 'math'}.{name}", [] if known else ["import math"]
