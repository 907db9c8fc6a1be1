"""`model.compile(loss="mse", optimizer="adam")` on a torch module: a criterion and an optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair import edit, live, rule
from dlexamples.repair.signatures import has_own
from dlexamples.repair.torch_training.bound import varying, with_names
from dlexamples.repair.torch_training.call import KerasCall, failed_call, read_call, refuses_compile
from dlexamples.repair.torch_training.choices import loss_of, optimizer_of
from dlexamples.repair.torch_training.coming import coming_sample
from dlexamples.repair.torch_training.objective import Piece, named_optimizer
from dlexamples.repair.torch_training.refusal import CannotMend, answered
from dlexamples.repair.torch_training.steady import check_activation
from dlexamples.repair.torch_training.surroundings import check_surroundings, moved, other_branches
from dlexamples.repair.torch_training.writing import (
    assigned_names,
    in_place_of_statement,
    proposal,
    without_statement,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

BOUND = Piece("", bound=True)


@rule
def torch_compile(stop: Stop) -> Iterator[Proposal]:
    return answered(failed_call(stop, "compile") or _call_with_failed_argument(stop), "torch_compile", _mended)


def _mended(call: KerasCall) -> Proposal:
    if assigned_names(call) != ():
        raise CannotMend("the result of `compile` is used, and Keras's has none")
    check_surroundings(call)
    sources, described, notes = _edited(call)
    others = other_branches(call)
    if any(other.method != "compile" for other in others):
        raise CannotMend("another branch trains the model as well, and no run tells what it does")
    if any(other.arguments.get("metrics") != call.arguments.get("metrics") for other in others):
        raise CannotMend("another branch compiles the model with other metrics")
    for other in others:
        sources, _, more = _edited(moved(other, sources))
        notes += more
    return proposal(call, "torch_compile", sources, described, tuple(dict.fromkeys(notes)))


def _edited(call: KerasCall) -> tuple[tuple[str, ...], str, list[str]]:
    """The session's blocks with what the one call says, what that is, and notes about it."""
    criterion, optimizer = _criterion(call), _optimizer(call)
    _, setup = with_names(call, criterion, optimizer)
    notes = [piece.note for piece in (criterion, optimizer) if piece.note]
    if setup and not _is_used_elsewhere(call):
        return (
            in_place_of_statement(call, setup),
            "make the criterion and the optimizer that the training loop uses",
            notes,
        )
    described = "leave `compile` out: its criterion and optimizer are "
    described += "made where the model is trained" if setup else "there already"
    return without_statement(call), described, notes


def _criterion(call: KerasCall) -> Piece:
    if "loss" not in call.arguments:
        return BOUND
    made = loss_of(call, call.arguments["loss"], coming_sample(call))
    if made.code.startswith(("⟦", "{")):
        check_activation(call, made.value)
    return made


def _optimizer(call: KerasCall) -> Piece:
    """Without one Keras takes RMSprop."""
    rate = call.arguments.get("learning_rate", "")
    if "optimizer" not in call.arguments:
        return named_optimizer("rmsprop", call.receiver, rate)
    return optimizer_of(call, call.arguments["optimizer"], rate)


def _call_with_failed_argument(stop: Stop) -> KerasCall | None:
    """The `compile` around `optim.Adam(lr=0.1)`, which torch refuses because it is given no parameters."""
    if not isinstance(stop.error, TypeError) or live.torch_module() is None:
        return None
    tree = edit.parse(stop.sources[stop.at.block])
    for node in edit.calls_at(tree, stop.at) if tree else ():
        call = read_call(stop, tree, node) if tree else None
        if call is None or call.method != "compile" or has_own(call.module, "compile", "torch"):
            continue
        value = call.value("optimizer")
        if "optimizer" in call.arguments and value is live.MISSING and refuses_compile(call):
            return call
    return None


def _is_used_elsewhere(call: KerasCall) -> bool:
    """Whether a function, or a loop over models, compiles what it does not train: its names would be lost."""
    around = varying(call) or edit.function_of(call.tree, call.node)
    root = call.receiver.partition(".")[0]
    if around is None or root == "self" or root not in call.stop.locals:
        return False
    body = call.tree.module.code_for_node(around)
    return not any(f"{call.receiver}.{method}(" in body for method in ("fit", "train", "evaluate"))
