"""Tensors on two devices: what was left behind goes to the device of the rest, as the post calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.layers import meeting
from dlexamples.repair.shapes.losses import failed_loss
from dlexamples.repair.shapes.sites import Site, argument, call_of, suffixed
from dlexamples.repair.shapes.trace import same
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "torch_device"


@rule
def torch_device(stop: Stop) -> Iterator[Proposal]:
    if live.torch_module() is None or not isinstance(stop.error, (RuntimeError, NotImplementedError)):
        return
    loss = failed_loss(stop)
    if loss is not None and loss.outputs.device != loss.targets.device:
        found = f"the outputs are on {loss.outputs.device}, and the targets on {loss.targets.device}"
        yield _moved(stop, loss.target_site, loss.outputs.device, found, "move the targets")
        return
    met = meeting(stop)
    weight = next(iter(met.layer.parameters(recurse=False)), None) if met else None
    if met is None or weight is None or not is_tensor(met.given) or weight.device == met.given.device:
        return
    found = f"{met.called} is on {weight.device}, and its input on {met.given.device}"
    if weight.device.type == "cpu":
        site = _made(stop, met.root.module)
        if site is not None:
            yield _moved(stop, site, met.given.device, found, "move the model")
        return
    for call in (met.root, met.entry):
        index = next((i for i, value in enumerate(call.args) if same(value, met.given)), None)
        at = call_of(stop, stop.frames[call.caller], call.module) if index is not None else None
        site = argument(at, index) if at and index is not None else None
        if site is not None:
            yield _moved(stop, site, weight.device, found, "move the input")
            return


def _moved(stop: Stop, site: Site, device: Any, found: str, described: str) -> Proposal:
    name = _device_name(stop, device)
    sources = suffixed(stop, site, f".to({name})")
    return propose.mend(RULE, propose.DEVICES, found, f"{described} to `{name}`", sources, safe=True)


def _device_name(stop: Stop, device: Any) -> str:
    """The post's own name for the device; `"cuda"` for one without."""
    torch = live.torch_module()
    for name, value in live.scope(stop).items():
        is_one = isinstance(value, torch.device) or (name == "device" and isinstance(value, str))
        if is_one and not name.startswith("_") and torch.device(value).type == device.type:
            return name
    return f'"{device.type}"'


def _made(stop: Stop, module: Any) -> Site | None:
    """The call that the one name of the model was assigned from."""
    names = [name for name, value in stop.namespace.items() if value is module and not name.startswith("_")]
    found: list[Site] = []
    for block, source in enumerate(stop.sources[: stop.at.block + 1]):
        tree = edit.parse(source)
        for node in tree.positions if tree else ():
            if not (tree and isinstance(node, cst.Assign) and isinstance(node.value, cst.Call)):
                continue
            if [tree.text(target.target) for target in node.targets] == names:
                found.append(Site(block, tree, node.value))
    return found[0] if len(found) == 1 else None
