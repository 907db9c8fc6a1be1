"""A recurrent layer of torch: it gives a tuple of outputs and states, and has time before the batch unless told. An
attention layer gives a tuple of outputs and weights.

https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html and …/torch.nn.MultiheadAttention.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.shapes import constructors, propose
from dlexamples.repair.shapes.layers import RECURRENT, meeting
from dlexamples.repair.shapes.sites import Site, replaced, value_in
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Frame, Proposal, Stop

RULE = "torch_recurrent"


@rule
def torch_recurrent(stop: Stop) -> Iterator[Proposal]:
    if live.torch_module() is None or not stop.frames:
        return
    if isinstance(stop.error, (TypeError, AttributeError)):
        yield from _unpacked(stop, stop.frames[-1])
    elif isinstance(stop.error, RuntimeError):
        yield from _batch_first(stop)


def _unpacked(stop: Stop, frame: Frame) -> Iterator[Proposal]:
    """`x = self.lstm(x)`, `x = attention(x, x, x)`, where what follows wants a tensor."""
    lines = stop.sources[frame.at.block].split("\n")[frame.at.line - 1 : frame.at.end_line]
    used = set(re.findall(r"\w+", "\n".join(lines)))
    found = _last_tuple(stop, frame, used)
    if found is None:
        return
    made, layer = found
    kind, others = ("an attention", "weights") if _is_attention(layer) else ("a recurrent", "states")
    message = f"{kind} layer gives its outputs and its {others}, and `{made.text}` is both"
    described = f"take the outputs, and leave the {others}"
    yield propose.mend(RULE, "DL204", message, described, replaced(stop, made, f"{made.text}, _"), safe=True)


def _last_tuple(stop: Stop, frame: Frame, used: set[str]) -> tuple[Site, Any] | None:
    """The target of the last assignment of such a layer's result to a name that the failing lines read, and the
    layer."""
    tree = edit.parse(stop.sources[frame.at.block])
    found: tuple[Site, Any] | None = None
    for node in sorted((n for n in tree.positions if isinstance(n, cst.Assign)), key=tree.start) if tree else ():
        assert tree is not None
        if tree.line(node) >= frame.at.line or not isinstance(node.value, cst.Call) or len(node.targets) != 1:
            continue
        function = edit.function_of(tree, node)
        if (function.name.value if function else "") != frame.function:
            continue
        target = node.targets[0].target
        if isinstance(target, cst.Name) and target.value in used:
            layer = value_in(stop, frame, tree.text(node.value.func))
            is_made = _is_recurrent(layer) or _is_attention(layer)
            found = (Site(frame.at.block, tree, target), layer) if is_made else None
    if found is None:
        return None
    value = frame.names.get(found[0].text)
    return found if isinstance(value, tuple) and len(value) == 2 and is_tensor(value[0]) else None


def _batch_first(stop: Stop) -> Iterator[Proposal]:
    """States for `x.size(0)` samples, and a layer that takes the samples from axis 1."""
    met = meeting(stop)
    if met is None or met.kind not in RECURRENT or met.layer.batch_first or not is_tensor(met.given):
        return
    states = met.entry.args[1] if met.entry.module is met.layer and len(met.entry.args) > 1 else None
    state: Any = states[0] if isinstance(states, tuple) and states else states
    if not is_tensor(state) or met.given.ndim != 3 or state.ndim != 3:
        return
    first, second = met.given.shape[:2]
    if not state.shape[1] == first != second:
        return
    made = constructors.made_at(stop, met.layer, met.root.module, met.name)
    last = made.node.args[-1] if made and isinstance(made.node, cst.Call) and made.node.args else None
    if made is None or last is None or "batch_first" in constructors.bound(made, type(met.layer)):
        return
    site = Site(made.block, made.tree, last.value)
    found = f"{met.called} takes samples on axis 1, {second} of them, and its states are for the {first} on axis 0"
    sources = replaced(stop, site, f"{site.text}, batch_first=True")
    yield propose.mend(RULE, propose.SHAPES, found, "`batch_first=True` takes the samples from axis 0", sources)


def _is_attention(value: Any) -> bool:
    return live.is_module(value) and isinstance(value, live.torch_module().nn.MultiheadAttention)


def _is_recurrent(value: Any) -> bool:
    return live.is_module(value) and isinstance(value, live.torch_module().nn.RNNBase)
