"""Targets in another form than a loss of torch takes: floats or one column where class indices go, and the reverse.

https://docs.pytorch.org/docs/stable/nn.html#loss-functions gives the form of each. What is edited is the target alone:
an output of another shape would broadcast to a loss that means nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlexamples.repair import live, rule
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.conversions import conversions, converted, is_whole, method
from dlexamples.repair.shapes.losses import OF_CLASSES, OF_NUMBERS, OF_PROBABILITIES, LossCall, failed_loss
from dlexamples.repair.shapes.sites import Site, suffixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "torch_loss_targets"
COLUMN, GIVEN = "take the one column of the targets", "give the targets the output's one column"


@rule
def torch_loss_targets(stop: Stop) -> Iterator[Proposal]:
    call = failed_loss(stop)
    if call is None:
        return
    if call.function in OF_CLASSES:
        yield from _classes(stop, call)
    elif call.function in OF_PROBABILITIES and call.outputs.numel() == call.targets.numel():
        yield from _numbers(stop, call)
    elif call.function in (*OF_PROBABILITIES, *OF_NUMBERS) and call.outputs.shape != call.targets.shape:
        found, reason = _shapes(call), "which of the two the author means is not said"
        yield propose.refusal(stop, RULE, propose.SHAPES, found, reason)


def _classes(stop: Stop, call: LossCall) -> Iterator[Proposal]:
    """Indices of classes: whole numbers, one a sample, or one a place of it."""
    torch = live.torch_module()
    outputs, targets = call.outputs, call.targets
    if outputs.ndim < 2 or not is_whole(targets):
        return
    indexed = outputs.shape[:1] + outputs.shape[2:]
    is_column = outputs.ndim == 2 and targets.shape == (len(outputs), 1)
    if outputs.ndim == 2 and targets.shape == outputs.shape and outputs.shape[1] > 1:
        if not targets.is_floating_point() and bool((targets.sum(1) == 1).all() and (targets >= 0).all()):
            found = f"{call.written} takes class indices, or probabilities as floats, and gets one-hot rows"
            yield _suffixed(
                stop, call.target_site, ".argmax(1)", found, "take the index of each row's one", propose.DTYPES
            )
        return
    if outputs.ndim == 3 and targets.shape == outputs.shape[:2] != indexed and not targets.is_floating_point():
        found = f"{call.written} takes the classes on axis 1, and its output is {propose.shape(outputs)}"
        described = "put the axis of the classes behind the batch"
        yield _suffixed(stop, call.output_site, ".transpose(1, 2)", found, described, propose.SHAPES)
        return
    if targets.shape != indexed and not is_column:
        return
    if outputs.shape[1] == 1:
        found = f"{call.written} chooses between classes, and the model gives 1 output"
        reason = "two outputs would do, and so would a loss of probabilities"
        yield propose.refusal(stop, RULE, propose.SHAPES, found, reason)
        return
    if is_column:
        found = f"{call.written} takes one class index a sample, and its targets are {propose.shape(targets)}"
        cast = method(torch.int64) if targets.dtype not in (torch.int64, torch.uint8) else ""
        yield _suffixed(stop, call.target_site, f".squeeze(1){cast}", found, COLUMN, propose.SHAPES)
    elif targets.dtype not in (torch.int64, torch.uint8):
        found = f"{call.written} takes class indices in int64, and its targets are {_name(targets)}"
        yield from _cast(stop, call.target_site, targets, torch.int64, found)


def _numbers(stop: Stop, call: LossCall) -> Iterator[Proposal]:
    """Probabilities of the outputs' own shape and type."""
    outputs, targets = call.outputs, call.targets
    cast = method(outputs.dtype) if targets.dtype != outputs.dtype else ""
    if targets.ndim == outputs.ndim - 1 and outputs.shape == (*targets.shape, 1):
        yield _suffixed(
            stop,
            call.target_site,
            f".unsqueeze({targets.ndim}){cast}",
            _shapes(call),
            GIVEN,
            propose.SHAPES,
        )
    elif targets.ndim == outputs.ndim + 1 and targets.shape == (*outputs.shape, 1):
        yield _suffixed(
            stop,
            call.target_site,
            f".squeeze({outputs.ndim}){cast}",
            _shapes(call),
            COLUMN,
            propose.SHAPES,
        )
    elif targets.shape == outputs.shape and targets.dtype != outputs.dtype:
        found = f"{call.written} takes targets of its output's type, {_name(outputs)}, and they are {_name(targets)}"
        yield from _cast(stop, call.target_site, targets, outputs.dtype, found)


def _cast(stop: Stop, site: Site, targets: Any, dtype: Any, found: str) -> Iterator[Proposal]:
    name = str(dtype).removeprefix("torch.")
    for made in conversions(stop, targets):
        described = f"make {name} of the targets where they become a tensor"
        yield propose.mend(RULE, propose.DTYPES, found, described, converted(stop, made, dtype), safe=True)
    described = f"cast the targets to {name}"
    yield _suffixed(stop, site, method(dtype), found, described, propose.DTYPES)


def _suffixed(stop: Stop, site: Site, suffix: str, found: str, described: str, code: str) -> Proposal:
    sources = suffixed(stop, site, suffix)
    return propose.mend(RULE, code, found, described, sources, safe=True)


def _shapes(call: LossCall) -> str:
    return (
        f"{call.written} takes targets of its output's shape, {propose.shape(call.outputs)}, "
        f"and they are {propose.shape(call.targets)}"
    )


def _name(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")
