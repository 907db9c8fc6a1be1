"""A tensor that a gradient flows through, given to NumPy: `detach` gives the same numbers without the gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.sites import Site, calls_in, is_exactly, suffixed, value_in
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "torch_detach"
CODE = "DL204"
FOUND = "NumPy gets a tensor that gradients flow through"


@rule
def torch_detach(stop: Stop) -> Iterator[Proposal]:
    if (
        live.torch_module() is None
        or not isinstance(stop.error, RuntimeError)
        or "requires grad" not in str(stop.error)
    ):
        return
    frame = stop.frames[-1]
    for call in calls_in(stop, frame):
        receiver = _receiver(call) if is_exactly(call, frame.at) else None
        if receiver is not None:
            yield _detached(stop, receiver)
            return
        for site in _tensors(call):
            value = value_in(stop, frame, site.text)
            if _flows(value):
                yield _detached(stop, site)
                return
            if isinstance(value, list) and value and all(_flows(item) and not item.ndim for item in value):
                yield from _collected(stop, site)
                return


def _detached(stop: Stop, site: Site) -> Proposal:
    described = "give it the numbers alone: `detach()`"
    return propose.mend(RULE, CODE, FOUND, described, suffixed(stop, site, ".detach()"), safe=True)


def _receiver(call: Site) -> Site | None:
    """The tensor of `tensor.numpy()`, whatever computes it."""
    assert isinstance(call.node, cst.Call)
    function = call.node.func
    is_it = isinstance(function, cst.Attribute) and function.attr.value == "numpy" and not call.node.args
    return Site(call.block, call.tree, function.value) if isinstance(function, cst.Attribute) and is_it else None


def _tensors(call: Site) -> Iterator[Site]:
    """What the call is given, and for `x.numpy()` what it is a method of."""
    assert isinstance(call.node, cst.Call)
    if isinstance(call.node.func, cst.Attribute):
        yield Site(call.block, call.tree, call.node.func.value)
    yield from (Site(call.block, call.tree, given.value) for given in call.node.args)


def _flows(value: Any) -> bool:
    return is_tensor(value) and bool(value.requires_grad)


def _collected(stop: Stop, used: Site) -> Iterator[Proposal]:
    """A list of losses: the number goes in, not the tensor, which would keep its whole graph alive."""
    found: list[Site] = []
    for block, source in enumerate(stop.sources):
        tree = edit.parse(source)
        for node in edit.calls(tree) if tree else ():
            assert tree is not None
            if tree.text(node.func) == f"{used.text}.append" and len(node.args) == 1:
                found.append(Site(block, tree, node.args[0].value))
    if len(found) == 1:
        sources = suffixed(stop, found[0], ".item()")
        yield propose.mend(RULE, CODE, FOUND, "collect the numbers: `item()`", sources, safe=True)
