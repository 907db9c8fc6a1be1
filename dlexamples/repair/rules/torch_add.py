"""`model.add(layer)` on a torch container: `append`, or `add_module` when the layer is given a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability
from dlexamples.repair import live, rule
from dlexamples.repair.signatures import has_own
from dlexamples.repair.torch_training.call import KerasCall, failed_call
from dlexamples.repair.torch_training.writing import assigned_names, proposal, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def torch_add(stop: Stop) -> Iterator[Proposal]:
    call = failed_call(stop, "add")
    if call is None or assigned_names(call) != () or not _is_container(call):
        return
    code = [call.tree.module.code_for_node(argument.value) for argument in call.node.args]
    named = [argument.keyword.value for argument in call.node.args if argument.keyword]
    if len(code) == 1 and isinstance(call.node.func, cst.Attribute):
        sources = replaced(call, call.node.func.attr, "append")
        description = "`append` adds a layer to a torch container"
    elif len(code) == 2 and named in ([], ["name"]):
        layer, name = code if named or not isinstance(live.value_of(stop, code[0]), str) else reversed(code)
        sources = replaced(call, call.node, f"{call.receiver}.add_module({name}, {layer})")
        description = "`add_module` adds a layer under a name"
    else:
        return
    yield proposal(call, "torch_add", sources, description, applicability=Applicability.SAFE)


def _is_container(call: KerasCall) -> bool:
    nn = live.torch_module().nn
    return isinstance(call.module, (nn.Sequential, nn.ModuleList)) and not has_own(call.module, "append", "torch")
