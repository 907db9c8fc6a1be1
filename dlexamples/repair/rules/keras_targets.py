"""Labels in another form than a loss of Keras takes, or of more classes than the model has outputs.

`sparse_categorical_crossentropy` takes class indices, `categorical_crossentropy` one-hot rows: the same loss of the two
forms of the same labels (https://keras.io/api/losses/probabilistic_losses/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import rule
from dlexamples.repair.shapes import constructors, propose
from dlexamples.repair.shapes.keras_calls import ModelCall, classes, fits, model_call, numbers, texts
from dlexamples.repair.shapes.ours import is_ours, is_sized_by_hand
from dlexamples.repair.shapes.sites import Site, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "keras_targets"
ONE_HOT, INDICES = "categorical_crossentropy", "sparse_categorical_crossentropy"
CLASSES = {ONE_HOT: "CategoricalCrossentropy", INDICES: "SparseCategoricalCrossentropy"}


@rule
def keras_targets(stop: Stop) -> Iterator[Proposal]:
    if "Error" not in type(stop.error).__name__:
        return
    call = model_call(stop)
    labels = numbers(call.y) if call else None
    loss = _loss(call.model) if call else ""
    if call is None or labels is None or not loss or classes(call.model) < 2 or not fits(call):
        return
    count = classes(call.model)
    if _are_indices(labels) and labels.max() >= count and not _is_about_the_form(labels, loss):
        found = f"the model gives {count} outputs, for classes 0 to {count - 1}, and a label is {int(labels.max())}"
        yield _wider(stop, call, int(labels.max()) + 1, found, starts=int(labels.min()))
    elif loss == ONE_HOT and _are_indices(labels):
        yield from _other_loss(stop, call, ONE_HOT, INDICES, "class indices")
    elif loss == INDICES and _is_one_hot(labels) and labels.shape[1] == count:
        yield from _other_loss(stop, call, INDICES, ONE_HOT, "one-hot rows")
    elif loss == ONE_HOT and _is_one_hot(labels) and labels.shape[1] != count:
        found = f"the model gives {count} outputs, and the one-hot labels are of {labels.shape[1]} classes"
        yield _wider(stop, call, int(labels.shape[1]), found, starts=0)


def _loss(model: Any) -> str:
    """The one of the two losses that the model was compiled with."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, str):
        return loss if loss in CLASSES else ""
    if getattr(loss, "label_smoothing", 0):
        return ""
    return next((name for name, cls in CLASSES.items() if type(loss).__name__ == cls), "")


def _are_indices(labels: Any) -> bool:
    is_flat = labels.ndim == 1 or (labels.ndim == 2 and labels.shape[1] == 1)
    return is_flat and bool((labels == labels.round()).all()) and bool(labels.min() >= 0)


def _is_one_hot(labels: Any) -> bool:
    if labels.ndim != 2 or labels.shape[1] < 2:
        return False
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(1) == 1).all())


def _is_about_the_form(labels: Any, loss: str) -> bool:
    return loss == ONE_HOT and _are_indices(labels)


def _other_loss(stop: Stop, call: ModelCall, loss: str, other: str, form: str) -> Iterator[Proposal]:
    found = f"`{loss}` takes {'one-hot rows' if loss == ONE_HOT else 'class indices'}, and the labels are {form}"
    written = [(site, text) for given in texts(stop, call.receiver) for site, text in _written(given, loss, other)]
    if len(written) != 1:
        reason = "it cannot be told where in the post the loss of this model is named"
        yield propose.refusal(stop, RULE, propose.SHAPES, found, reason)
        return
    described = f"`{other}` is the same loss of {form}"
    yield propose.mend(RULE, propose.SHAPES, found, described, replaced(stop, *written[0]), safe=True)


def _written(given: Site, loss: str, other: str) -> Iterator[tuple[Site, str]]:
    """The part of an argument of `compile` that names the loss, with the other's name in the same way."""
    if isinstance(given.node, cst.SimpleString) and given.node.raw_value == loss:
        yield given, given.text.replace(loss, other)
    if isinstance(given.node, cst.Call):
        function = Site(given.block, given.tree, given.node.func)
        home, _, name = function.text.rpartition(".")
        if name == CLASSES[loss] and home:
            yield function, f"{home}.{CLASSES[other]}"


def _wider(stop: Stop, call: ModelCall, wanted: int, found: str, *, starts: int) -> Proposal:
    reason = ""
    if is_ours(stop):
        reason = "its data was supplied here, and the model is the author's"
    elif starts:
        reason = f"the labels begin with {starts}, where Keras counts from 0"
    elif is_sized_by_hand(stop, wanted):
        reason = "both numbers are written in the post, and either may be the wrong one"
    layer = call.model.layers[-1]
    made = constructors.made_at(stop, layer, call.model, "") if not reason else None
    given = constructors.bound(made, type(layer)).get("units") if made else None
    number = constructors.literal(stop, given) if given else None
    if number is None:
        reason = reason or "it cannot be told where in the post that number stands for this layer alone"
        return propose.refusal(stop, RULE, propose.SHAPES, found, reason)
    described = f"give the last layer an output for each of the {wanted} classes"
    return propose.mend(RULE, propose.SHAPES, found, described, replaced(stop, number, str(wanted)))
