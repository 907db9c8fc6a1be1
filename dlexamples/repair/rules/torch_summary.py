"""`model.summary()` on a torch module: printing it shows its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability
from dlexamples.repair import rule
from dlexamples.repair.torch_training.call import failed_call
from dlexamples.repair.torch_training.writing import assigned_names, proposal, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def torch_summary(stop: Stop) -> Iterator[Proposal]:
    call = failed_call(stop, "summary")
    if call is None:
        return
    value = f"print({call.receiver})" if assigned_names(call) == () else f"str({call.receiver})"
    around = next((node for node in call.tree.ancestors(call.node) if isinstance(node, cst.Call)), None)
    if around is not None and call.tree.text(around.func) == "print":
        value = call.receiver
    yield proposal(
        call,
        "torch_summary",
        replaced(call, call.node, value),
        "print the module, which lists its layers",
        applicability=Applicability.UNSAFE,
    )
