"""`view` where torch cannot: axes that were moved are put together by `reshape`; a batch keeps its own size.

`x.view(-1, 64 * 7 * 7)` says how long a row is and lets torch find the number of rows: for images of another size it
fails, or mixes samples. `x.view(x.size(0), -1)` keeps one row a sample.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.shapes import constructors, propose
from dlexamples.repair.shapes.sites import Site, calls_in, replaced, value_in
from dlexamples.repair.shapes.trace import inner_function
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "torch_view"


@rule
def torch_view(stop: Stop) -> Iterator[Proposal]:
    if live.torch_module() is None or not isinstance(stop.error, (RuntimeError, ValueError)) or not stop.frames:
        return
    if inner_function(stop, "cross_entropy", "nll_loss") is not None:
        yield from _mixed_batch(stop)
        return
    frame = stop.frames[-1]
    for call in calls_in(stop, frame):
        assert isinstance(call.node, cst.Call)
        if not isinstance(call.node.func, cst.Attribute) or call.node.func.attr.value not in ("view", "reshape"):
            continue
        tensor = value_in(stop, frame, call.tree.text(call.node.func.value))
        if not is_tensor(tensor):
            continue
        if call.node.func.attr.value == "view" and not tensor.is_contiguous() and "stride" in str(stop.error):
            site = Site(call.block, call.tree, call.node.func.attr)
            found = "`view` takes a tensor whose numbers lie in order, and the axes of this one were moved"
            described = "`reshape` gives the same numbers in the same order, and copies where it has to"
            yield propose.mend(RULE, propose.SHAPES, found, described, replaced(stop, site, "reshape"), safe=True)
        elif _row_length(call) is not None and tensor.ndim > 2:
            found = f"{_row_length(call)} numbers a row do not divide a tensor of {propose.shape(tensor)}"
            yield _kept(stop, call, found)
        return


def _mixed_batch(stop: Stop) -> Iterator[Proposal]:
    """The rows of the outputs are not those of the targets, and one `view` in the post may have mixed them."""
    names = inner_function(stop, "cross_entropy", "nll_loss") or {}
    outputs: Any = names.get("input")
    targets: Any = names.get("target")
    if not is_tensor(outputs) or not is_tensor(targets) or outputs.ndim != 2 or targets.ndim != 1:
        return
    if len(outputs) == len(targets):
        return
    found = f"the model gives {len(outputs)} rows for {len(targets)} samples"
    calls = [call for call in _all_calls(stop) if _row_length(call) is not None]
    length = _row_length(calls[0]) if len(calls) == 1 else None
    if length is None:
        return
    kept = _kept(stop, calls[0], found)
    sizes = [size for size in _sizes_of_linear(replace(stop, sources=kept.sources)) if size[1] == length]
    wanted, rest = divmod(length * len(outputs), len(targets))
    if len(sizes) == 1 and not rest:
        sources = replaced(replace(stop, sources=kept.sources), sizes[0][0], str(wanted))
        described = f"{kept.description}, and give the layer behind it the {wanted} features that it gets"
        yield replace(kept, sources=sources, description=described)


def _sizes_of_linear(stop: Stop) -> Iterator[tuple[Site, int]]:
    """The literals that say how many features a `Linear` takes."""
    linear = live.torch_module().nn.Linear
    for call in _all_calls(stop):
        assert isinstance(call.node, cst.Call)
        function = call.tree.text(call.node.func)
        if function.endswith("Linear") and live.value_of(stop, function) is linear:
            given = constructors.bound(call, linear).get("in_features")
            number = constructors.whole_number(given.text) if given else None
            if given and number is not None:
                yield given, number


def _all_calls(stop: Stop) -> Iterator[Site]:
    for block, source in enumerate(stop.sources):
        tree = edit.parse(source)
        yield from (Site(block, tree, node) for node in edit.calls(tree)) if tree else ()


def _row_length(call: Site) -> int | None:
    """The number in `x.view(-1, 3136)`, for a tensor with a name."""
    node = call.node
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or len(node.args) != 2:
        return None
    if node.func.attr.value not in ("view", "reshape") or not isinstance(node.func.value, cst.Name):
        return None
    if call.tree.text(node.args[0].value) != "-1":
        return None
    return constructors.whole_number(call.tree.text(node.args[1].value))


def _kept(stop: Stop, call: Site, found: str) -> Proposal:
    assert isinstance(call.node, cst.Call)
    assert isinstance(call.node.func, cst.Attribute)
    name = call.tree.text(call.node.func.value)
    text = f"{name}.{call.node.func.attr.value}({name}.size(0), -1)"
    described = "keep one row a sample, as long as its numbers make it"
    return propose.mend(RULE, propose.SHAPES, found, described, replaced(stop, call, text))
