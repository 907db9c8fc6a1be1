"""More classes in the labels than outputs of the model, more tokens than rows of an embedding: the numbers, and where
the number of classes is known from all labels, the last layer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlexamples.repair import live, rule
from dlexamples.repair.shapes import constructors, propose
from dlexamples.repair.shapes.layers import meeting
from dlexamples.repair.shapes.losses import OF_CLASSES, failed_loss
from dlexamples.repair.shapes.ours import is_ours, is_sized_by_hand
from dlexamples.repair.shapes.sites import replaced
from dlexamples.repair.torch_training.forms import is_dataset, is_loader, is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop
    from dlexamples.repair.shapes.losses import LossCall

RULE = "torch_classes"
MOST_LABELS = 20_000


@rule
def torch_classes(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, IndexError) or live.torch_module() is None:
        return
    call = failed_loss(stop)
    if call is not None and call.function in OF_CLASSES:
        yield from _outputs(stop, call)
        return
    met = meeting(stop)
    if met is None or met.kind != "Embedding" or not is_tensor(met.given) or not met.given.numel():
        return
    low, high = int(met.given.min()), int(met.given.max())
    if low < 0 or high >= met.layer.num_embeddings:
        wrong = high if low >= 0 else low
        found = f"{met.called} has rows for 0 to {met.layer.num_embeddings - 1}, and gets {wrong}"
        reason = "how many different tokens there are is not said by one batch of them"
        yield propose.refusal(stop, RULE, propose.SHAPES, found, reason)


def _outputs(stop: Stop, call: LossCall) -> Iterator[Proposal]:
    count = int(call.outputs.shape[1])
    high = int(call.targets.max())
    if count == 1 or high < count:
        return
    found = f"the model gives {count} outputs, for classes 0 to {count - 1}, and a label is {high}"
    labels = _labels(stop, call.targets)
    reason = ""
    if is_ours(stop):
        reason = "its data was supplied here, and the model is the author's"
    elif labels is None:
        reason = "how many classes there are is not said by one batch"
    elif int(labels.min()) != 0:
        reason = f"the labels begin with {int(labels.min())}, where torch counts from 0"
    elif is_sized_by_hand(stop, int(labels.max()) + 1):
        reason = "both numbers are written in the post, and either may be the wrong one"
    number = None
    wanted = int(labels.max()) + 1 if labels is not None else 0
    if not reason:
        number = _last_layer(stop, count)
        reason = "" if number else "it cannot be told where in the post that number stands for this layer alone"
    if reason or number is None:
        yield propose.refusal(stop, RULE, propose.SHAPES, found, reason)
        return
    described = f"give the last layer an output for each of the {wanted} classes"
    yield propose.mend(RULE, propose.SHAPES, found, described, replaced(stop, number, str(wanted)))


def _labels(stop: Stop, targets: Any) -> Any:
    """All labels that the post trains on; None when only this batch is known."""
    torch = live.torch_module()
    values = live.scope(stop).values()
    loaders = [value for value in values if is_loader(value) and is_dataset(value.dataset)]
    if not loaders:
        return targets if any(value is targets for value in values) else None
    try:
        with live.undisturbed():
            found = [_of(loader.dataset) for loader in loaders]
            return torch.cat(found)
    except Exception:  # a data set's own code may raise anything
        return None


def _of(dataset: Any) -> Any:
    torch = live.torch_module()
    if isinstance(dataset, torch.utils.data.TensorDataset):
        return dataset.tensors[1].flatten()
    if len(dataset) > MOST_LABELS:
        raise ValueError("too many to look at")
    return torch.tensor([int(dataset[row][1]) for row in range(len(dataset))])


def _last_layer(stop: Stop, count: int) -> Any:
    """The literal of the last layer of the only model with so many outputs."""
    torch = live.torch_module()
    found = []
    for value in {id(v): v for v in live.scope(stop).values() if live.is_module(v)}.values():
        linear = [(name, each) for name, each in value.named_modules() if isinstance(each, torch.nn.Linear)]
        if linear and linear[-1][1].out_features == count:
            found.append((value, *linear[-1]))
    if len(found) != 1:
        return None
    model, name, layer = found[0]
    made = constructors.made_at(stop, layer, model, name)
    given = constructors.bound(made, type(layer)).get("out_features") if made else None
    return constructors.literal(stop, given) if given else None
