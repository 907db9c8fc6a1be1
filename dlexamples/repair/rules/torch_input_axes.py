"""A layer of torch gets its numbers on other axes than it takes them: the axis is added, moved or put into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair import edit, rule
from dlexamples.repair.names import spelled
from dlexamples.repair.shapes import constructors, propose
from dlexamples.repair.shapes.conversions import method
from dlexamples.repair.shapes.layers import Meeting, sized
from dlexamples.repair.shapes.ours import is_ours
from dlexamples.repair.shapes.rank import Change, fits_otherwise
from dlexamples.repair.shapes.sites import Site, argument, call_of, replaced, suffixed
from dlexamples.repair.shapes.trace import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop
    from dlexamples.repair.shapes.trace import Running

RULE = "torch_input_axes"


@rule
def torch_input_axes(stop: Stop) -> Iterator[Proposal]:
    met = sized(stop)
    change = fits_otherwise(met) if met else None
    if met is None or change is None:
        return
    found = f"{met.called} takes {met.takes} ({met.attribute}), and its input is {propose.shape(met.given)}"
    if not change.flattens and is_ours(stop):
        reason = "its data was supplied here, and the model is the author's"
        yield propose.refusal(stop, RULE, propose.SHAPES, found, reason)
        return
    sources = _edited(stop, met, change)
    if sources is None:
        reason = f"it cannot be told where in the post to {change.description}"
        yield propose.refusal(stop, RULE, propose.SHAPES, found, reason)
        return
    described = f"{change.description}: `{change.suffix.lstrip('.')}`" if not change.flattens else change.description
    yield propose.mend(RULE, propose.SHAPES, found, described, sources)


def _edited(stop: Stop, met: Meeting, change: Change) -> tuple[str, ...] | None:
    in_model = _with_flatten(stop, met) if change.flattens and met.entry.module is met.root.module else None
    if in_model:
        return in_model
    for call in (met.root, met.entry):
        if change.whole or any(same(value, met.given) for value in call.args):
            site = _input(stop, call, met, whole=change.whole)
            return suffixed(stop, site, change.suffix + _cast(met)) if site else None
    return _with_flatten(stop, met) if change.flattens else None


def _cast(met: Meeting) -> str:
    """The layer looks at the axes first, and would refuse the type next."""
    dtype = next(met.layer.parameters(recurse=False)).dtype
    return method(dtype) if met.given.dtype != dtype else ""


def _input(stop: Stop, call: Running, met: Meeting, *, whole: bool) -> Site | None:
    """The argument that became the layer's input, or the model's first."""
    site = call_of(stop, stop.frames[call.caller], call.module)
    index = 0 if whole else next(i for i, value in enumerate(call.args) if same(value, met.given))
    return argument(site, index) if site else None


def _with_flatten(stop: Stop, met: Meeting) -> tuple[str, ...] | None:
    """A `Flatten` before the layer, among the arguments of the `Sequential` that both are in."""
    made = constructors.made_at(stop, met.layer, met.root.module, met.name)
    if made is None or constructors.in_sequential(made) is None:
        return None
    assert hasattr(made.node, "func")
    own, imports = spelled(stop, ["⟦torch.nn.Flatten⟧()"])
    function = made.tree.text(made.node.func)
    flatten = f"{function.removesuffix('Linear')}Flatten()" if "." in function else own[0]
    start = made.tree.start(made.node)
    line_start = made.tree.source.rfind("\n", 0, start) + 1
    before = made.tree.source[line_start:start]
    text = f"{flatten},\n{before}{made.text}" if not before.strip() else f"{flatten}, {made.text}"
    sources = list(replaced(stop, made, text))
    if "." not in function:
        sources[made.block] = edit.add_imports(made.tree, sources[made.block], imports, made.node)
    return tuple(sources)
