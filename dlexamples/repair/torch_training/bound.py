"""The criterion and the optimizer of a model: where they are bound, or what has to be made.

An optimizer belongs to a model when its parameter groups hold the model's parameters, whatever it is called.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst import matchers

from dlexamples.repair import edit, live
from dlexamples.repair.names import free_name, identifier, is_bound_by
from dlexamples.repair.torch_training.activation import last_activation
from dlexamples.repair.torch_training.compiled import compile_arguments
from dlexamples.repair.torch_training.contract import name_of
from dlexamples.repair.torch_training.objective import (
    Piece,
    holds_parameters,
    loss_piece,
    metric_names,
    named_loss,
    named_optimizer,
    optimizer_piece,
)
from dlexamples.repair.torch_training.probe import expected_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dlexamples.repair.torch_training.call import KerasCall
    from dlexamples.repair.torch_training.probe import Sample

USUAL_LOSS_NAMES = ("criterion", "loss_fn", "loss_func", "loss_function")


@dataclass(frozen=True, slots=True)
class Objective:
    """What the loop trains with."""

    criterion: str
    loss: Any
    """The live criterion, or one just like it."""
    optimizer: str
    setup: tuple[str, ...]
    """Template lines that make what is not bound yet."""
    metrics: Mapping[str, str]
    notes: tuple[str, ...]
    targets_first: bool = False
    """A function of the post that takes (y_true, y_pred), as Keras calls it."""
    takes_logarithm: bool = False
    """NLLLoss that stands for a Keras loss on probabilities: its input is their logarithm."""


def objective_of(call: KerasCall, sample: Sample | None, *, optimizes: bool = True) -> Objective | None:
    """Criterion, optimizer and metrics for the call's model; None when they cannot be told."""
    compiled = compile_arguments(call)
    stated = {**compiled, **call.arguments}
    optimizer = _optimizer(call, stated)
    if not optimizes:
        optimizer = optimizer if optimizer and optimizer.bound else Piece("", bound=True)
    if optimizer is None:
        return None
    criterion = _criterion(call, stated, optimizer, sample)
    metrics = metric_names(call.stop, stated["metrics"]) if "metrics" in stated else {}
    if criterion is None:
        return None
    notes = [piece.note for piece in (criterion, optimizer) if piece.note and not piece.bound]
    if metrics is None:
        metrics = {}
        notes.append(f"of the metrics {stated['metrics']} the loop computes none")
    made, setup = with_names(call, criterion, optimizer)
    return Objective(
        made[0],
        criterion.value,
        made[1],
        setup,
        metrics,
        tuple(notes),
        _targets_first(criterion.value),
        _takes_logarithm(call, criterion),
    )


def with_names(call: KerasCall, criterion: Piece, optimizer: Piece) -> tuple[tuple[str, str], tuple[str, ...]]:
    """The names of the two, and the template lines that bind what is not bound yet."""
    names = pair_names(call, tuple(piece.bound for piece in (criterion, optimizer)))
    pairs = [
        (piece.code if piece.bound else name, piece) for name, piece in zip(names, (criterion, optimizer), strict=True)
    ]
    setup = tuple(f"{name} = {piece.code}" for name, piece in pairs if not piece.bound)
    return (pairs[0][0], pairs[1][0]), setup


def pair_names(call: KerasCall, bound: tuple[bool, ...] = (False, False)) -> tuple[str, str]:
    """Names for the criterion and the optimizer: the usual ones, or with the receiver's name when these are the
    author's or belong to another model."""
    if owner := _self(call):
        return f"{owner}.criterion", f"{owner}.optimizer"
    usual = ("criterion", "optimizer")
    for prefix in ("", f"{identifier(call.receiver)}_"):
        names = (prefix + usual[0], prefix + usual[1])
        if all(
            held or free_name(call.stop, name) == name for name, held in zip(names, bound, strict=True)
        ) and not _of_another(call, names[1]):
            return names
    return free_name(call.stop, names[0]), free_name(call.stop, names[1])


def _optimizer(call: KerasCall, stated: Mapping[str, str]) -> Piece | None:
    rate = stated.get("learning_rate", "")
    if "optimizer" in call.arguments:
        return optimizer_piece(call.stop, call.arguments["optimizer"], call.receiver, call.module, rate)
    found = [name for name, value in _visible(call) if live.is_optimizer(value) and _is_for(call, name, value)]
    if found:
        return Piece(found[-1], bound=True)
    if "optimizer" in stated:
        return optimizer_piece(call.stop, stated["optimizer"], call.receiver, call.module, rate)
    made = named_optimizer("adam", call.receiver, rate)
    return replace(made, note="no optimizer is named, so Adam is taken") if made else None


def _criterion(call: KerasCall, stated: Mapping[str, str], optimizer: Piece, sample: Sample | None) -> Piece | None:
    if "loss" in call.arguments:
        return loss_piece(call.stop, call.arguments["loss"], call.module)
    visible = dict(_visible(call))
    paired = optimizer.code.removesuffix("optimizer") + "criterion"
    mended = optimizer.bound and paired != optimizer.code + "criterion" and paired in visible
    if mended and not is_bound_by(call.stop.published, paired):
        return Piece(paired, visible[paired], bound=True)
    if "loss" in stated:
        return loss_piece(call.stop, stated["loss"], call.module)
    published = call.stop.published
    losses = [
        Piece(name, value, bound=True)
        for name, value in visible.items()
        if _is_loss(name, value) and ("." in name or is_bound_by(published, name))
    ]
    return losses[-1] if losses else _loss_for(call, sample)


def _loss_for(call: KerasCall, sample: Sample | None) -> Piece | None:
    """The loss that the output and the targets of one batch ask for."""
    known = sample is not None and sample.targets is not None
    sample = sample if known else expected_sample(call.module, classes=False)
    if sample is None:
        return None
    one_column = sample.outputs.dim() == 1 or sample.outputs.shape[1] == 1
    integers = not sample.targets.is_floating_point() if known else not one_column
    name = "mse" if not integers else "binary_crossentropy" if one_column else "cross_entropy"
    made = named_loss(name, call.module)
    why = f"no loss is named, and the targets are {'integers' if integers else 'floats'}"
    why = why if known else f"no loss is named, and the model gives {'one value' if one_column else 'several values'}"
    return replace(made, note="; ".join(filter(None, (why, made.note)))) if made else None


def _takes_logarithm(call: KerasCall, criterion: Piece) -> bool:
    """Whether NLLLoss was chosen here, or by an earlier mend, for a model that ends in a softmax."""
    ours = criterion.code.startswith("⟦") or not is_bound_by(call.stop.published, criterion.code)
    return ours and name_of(criterion.value) == "NLLLoss" and last_activation(call.module) == "softmax"


def _visible(call: KerasCall) -> Iterator[tuple[str, Any]]:
    """Names and values that the call's place can see, the nearest last."""
    stop = call.stop
    yield from ((name, value) for name, value in stop.namespace.items() if name not in stop.locals)
    yield from ((name, value) for name, value in stop.locals.items() if not name.startswith("_"))
    if owner := _self(call):
        yield from ((f"{owner}.{name}", value) for name, value in vars(stop.locals[owner]).items())
        modules = getattr(stop.locals[owner], "_modules", {})
        yield from ((f"{owner}.{name}", value) for name, value in modules.items())


def _is_for(call: KerasCall, name: str, optimizer: Any) -> bool:
    """Whether it updates this model now, and on every other run of the place."""
    if not holds_parameters(optimizer, call.module):
        return False
    around = varying(call)
    return around is None or is_bound_by([textwrap.dedent(call.tree.module.code_for_node(around))], name)


def varying(call: KerasCall) -> cst.FunctionDef | cst.For | None:
    """The loop over models, or the function that is handed a model, in which the call stands."""
    root = call.receiver.partition(".")[0].partition("[")[0]
    if root == "self":
        return None
    return next((scope for scope in edit.enclosing(call.tree, call.node) if root in _bound_by_head(scope)), None)


def _bound_by_head(scope: cst.FunctionDef | cst.For) -> Sequence[str]:
    if isinstance(scope, cst.FunctionDef):
        return [parameter.name.value for parameter in scope.params.params]
    names = matchers.findall(scope.target, matchers.Name())
    return [name.value for name in names if isinstance(name, cst.Name)]


def _self(call: KerasCall) -> str:
    """`self` when the receiver is a method's own object, or belongs to it."""
    root = call.receiver.partition(".")[0]
    return root if root == "self" and "self" in call.stop.locals else ""


def _of_another(call: KerasCall, name: str) -> bool:
    """Whether `name` holds the optimizer of another model that can still be reached."""
    optimizer = live.scope(call.stop).get(name)
    if not live.is_optimizer(optimizer) or holds_parameters(optimizer, call.module):
        return False
    models = [value for value in live.scope(call.stop).values() if live.is_module(value)]
    return any(holds_parameters(optimizer, model) for model in models)


def _is_loss(name: str, value: Any) -> bool:
    torch = live.torch_module()
    return isinstance(value, torch.nn.modules.loss._Loss) or (
        name.removeprefix("self.") in USUAL_LOSS_NAMES and callable(value)
    )


def _targets_first(loss: Any) -> bool:
    """Keras hands a loss function (y_true, y_pred); torch's own take (input, target)."""
    code = getattr(loss, "__code__", None)
    if code is None or str(getattr(loss, "__module__", "")).startswith("torch"):
        return False
    first = code.co_varnames[:1]
    return any(word in name for name in first for word in ("true", "target", "label", "gt"))
