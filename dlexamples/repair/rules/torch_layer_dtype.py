"""A layer of torch that gets another type of number than its weights have: NumPy's floats are float64, torch's float32.

The cast goes where the tensor was made of NumPy's array, else to the call that the tensor is given to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlexamples.repair import live, rule
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.conversions import conversions, converted, is_whole, method
from dlexamples.repair.shapes.layers import Meeting, meeting
from dlexamples.repair.shapes.sites import argument, call_of, suffixed
from dlexamples.repair.shapes.trace import same
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "torch_layer_dtype"


@rule
def torch_layer_dtype(stop: Stop) -> Iterator[Proposal]:
    met = meeting(stop)
    wanted = _wanted(met) if met else None
    if met is None or wanted is None:
        return
    found = f"{met.called} holds {_short(wanted)} and gets {_short(met.given.dtype)}"
    if met.kind == "Embedding":
        found = f"{met.called} takes whole numbers and gets {_short(met.given.dtype)}"
    safe = met.given.is_floating_point()
    for call in (met.root, met.entry):
        index = next((i for i, value in enumerate(call.args) if same(value, met.given)), None)
        if index is None:
            continue
        for site in conversions(stop, met.given):
            described = f"make {_short(wanted)} of the data where it becomes a tensor"
            yield propose.mend(RULE, propose.DTYPES, found, described, converted(stop, site, wanted), safe=safe)
        at = call_of(stop, stop.frames[call.caller], call.module)
        given = argument(at, index) if at else None
        if given is not None:
            sources = suffixed(stop, given, method(wanted))
            yield propose.mend(RULE, propose.DTYPES, found, f"cast the input to {_short(wanted)}", sources, safe=safe)
        return


def _wanted(met: Meeting) -> Any:
    """The type that the layer's input has to have; None when it has it, or no cast keeps what it means."""
    torch = live.torch_module()
    weight = next(iter(met.layer.parameters(recurse=False)), None)
    if weight is None or not is_tensor(met.given):
        return None
    if met.kind == "Embedding":
        return torch.int64 if met.given.is_floating_point() and is_whole(met.given) else None
    if met.given.dtype == weight.dtype or met.given.is_complex():
        return None
    return weight.dtype


def _short(dtype: Any) -> str:
    return str(dtype).removeprefix("torch.")
