"""The criterion and the optimizer of a model: where they are bound, or what has to be made.

An optimizer belongs to a model when its parameter groups hold the model's parameters, whatever it is called.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.names import free_name, identifier, is_bound_by
from dlexamples.repair.torch_training.activation import last_activation
from dlexamples.repair.torch_training.choices import loss_of, losses_named, optimizer_of
from dlexamples.repair.torch_training.compiled import Compiled, compiled, compiles
from dlexamples.repair.torch_training.contract import name_of, targets_first
from dlexamples.repair.torch_training.objective import (
    Piece,
    holds_parameters,
    metric_names,
    named_loss,
    named_optimizer,
)
from dlexamples.repair.torch_training.probe import expected_sample
from dlexamples.repair.torch_training.refusal import CannotMend, NothingNamed
from dlexamples.repair.torch_training.repeats import is_fixed

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
    left_out: tuple[str, ...] = ()
    """Metrics that the loop does not compute."""
    varies: bool = False
    """Other runs of the place may train with another loss."""
    others: tuple[Any, ...] = ()
    """Those that can be told."""


def objective_of(call: KerasCall, sample: Sample | None, *, optimizes: bool = True) -> Objective:
    """Criterion, optimizer and metrics for the call's model. Raises CannotMend when they cannot be told."""
    said = compiled(call)
    stated = {**said.arguments, **call.arguments}
    optimizer = _optimizer(call, stated, said, optimizes=optimizes)
    criterion = _criterion(call, stated, said, optimizer, sample)
    metrics, unknown = metric_names(call.stop, stated["metrics"]) if "metrics" in stated else ({}, ())
    notes = [piece.note for piece in (criterion, optimizer) if piece.note and not piece.bound]
    notes += [f"the metric `{name}` has no counterpart in torch and is left out" for name in unknown]
    made, setup = with_names(call, criterion, optimizer)
    varies = "loss" in stated and ("loss" in said.foreign or not is_fixed(call, stated["loss"]))
    others = criterion.others
    if varies and criterion.bound and not others:
        others = losses_named(call, stated["loss"])
    return Objective(
        made[0],
        criterion.value,
        made[1],
        setup,
        metrics,
        tuple(notes),
        targets_first(criterion.value),
        _takes_logarithm(call, criterion),
        unknown,
        varies,
        others,
    )


def with_names(call: KerasCall, criterion: Piece, optimizer: Piece) -> tuple[tuple[str, str], tuple[str, ...]]:
    """The names of the two, and the template lines that bind what is not bound yet."""
    names = pair_names(call, tuple(piece.bound for piece in (criterion, optimizer)))
    pieces = [_kept(call, piece) for piece in (criterion, optimizer)]
    pairs = [(piece.code if piece.bound else name, piece) for name, piece in zip(names, pieces, strict=True)]
    setup = tuple(line for name, piece in pairs if not piece.bound for line in f"{name} = {piece.code}".split("\n"))
    return (pairs[0][0], pairs[1][0]), setup


def _kept(call: KerasCall, piece: Piece) -> Piece:
    """A local of a method that another method will need becomes the object's own."""
    owner = _self(call)
    is_local = piece.code in call.stop.locals and call.stop.locals is not call.stop.namespace
    return replace(piece, bound=False) if owner and piece.bound and is_local and call.method == "compile" else piece


def pair_names(call: KerasCall, bound: tuple[bool, ...] = (False, False)) -> tuple[str, str]:
    """Names for the criterion and the optimizer: the usual ones, or with the receiver's name when these are the
    author's or belong to another model."""
    if owner := _self(call):
        return f"{owner}.criterion", f"{owner}.optimizer"
    usual = ("criterion", "optimizer")
    named = f"{identifier(call.receiver)}_"
    function = edit.function_of(call.tree, call.node)
    inside = function.name.value if function else ""
    several = len({place.receiver for place in compiles(call.stop) if place.function == inside}) > 1
    for prefix in (named,) if several else ("", named):
        names = (prefix + usual[0], prefix + usual[1])
        if all(
            held or free_name(call.stop, name) == name for name, held in zip(names, bound, strict=True)
        ) and not _of_another(call, names[1]):
            return names
    return free_name(call.stop, names[0]), free_name(call.stop, names[1])


def _optimizer(call: KerasCall, stated: Mapping[str, str], said: Compiled, *, optimizes: bool) -> Piece:
    rate = stated.get("learning_rate", "")
    if "optimizer" in call.arguments and optimizes:
        return optimizer_of(call, call.arguments["optimizer"], rate)
    found = [name for name, value in _visible(call) if live.is_optimizer(value) and _is_for(call, name, value)]
    if found:
        return Piece(found[-1], bound=True)
    if not optimizes:
        return Piece("", bound=True)
    if "optimizer" in stated:
        _check_seen(said, "optimizer")
        return optimizer_of(call, stated["optimizer"], rate)
    return replace(named_optimizer("adam", call.receiver, rate), note="no optimizer is named, so Adam is taken")


def _check_seen(said: Compiled, key: str) -> None:
    if key in said.foreign:
        raise CannotMend(f"`compile` stands in `{said.foreign[key]}` and takes `{said.arguments[key]}` from there")


def _criterion(
    call: KerasCall, stated: Mapping[str, str], said: Compiled, optimizer: Piece, sample: Sample | None
) -> Piece:
    if "loss" in call.arguments:
        return loss_of(call, call.arguments["loss"], sample)
    visible = dict(_visible(call))
    paired = optimizer.code.removesuffix("optimizer") + "criterion"
    mended = optimizer.bound and paired != optimizer.code + "criterion" and paired in visible
    if mended and not is_bound_by(call.stop.published, paired):
        return Piece(paired, visible[paired], bound=True)
    if "loss" in stated:
        _check_seen(said, "loss")
        return loss_of(call, stated["loss"], sample)
    published = call.stop.published
    losses = [
        Piece(name, value, bound=True)
        for name, value in visible.items()
        if _is_loss(name, value) and ("." in name or is_bound_by(published, name))
    ]
    return losses[-1] if losses else _loss_for(call, sample)


def _loss_for(call: KerasCall, sample: Sample | None) -> Piece:
    """The loss that the output and the targets of one batch ask for."""
    known = sample is not None and sample.targets is not None
    sample = sample if known else expected_sample(call.module, classes=False)
    if sample is None:
        raise NothingNamed("no loss is named, and neither the model nor the data tell which one is meant")
    one_column = sample.outputs.dim() == 1 or sample.outputs.shape[1] == 1
    integers = not sample.targets.is_floating_point() if known else not one_column
    name = "mse" if not integers else "binary_crossentropy" if one_column else "cross_entropy"
    made = named_loss(name, call.module)
    why = f"no loss is named, and the targets are {'integers' if integers else 'floats'}"
    why = why if known else f"no loss is named, and the model gives {'one value' if one_column else 'several values'}"
    return replace(made, note="; ".join(filter(None, (why, made.note))))


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
    return [name.value for name in edit.within(scope.target, cst.Name)]


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
