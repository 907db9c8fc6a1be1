"""`model.compile(loss="mse", optimizer="adam")` on a torch module: a criterion and an optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair import edit, live, rule
from dlexamples.repair.signatures import has_own
from dlexamples.repair.torch_training.bound import varying, with_names
from dlexamples.repair.torch_training.call import KerasCall, failed_call, read_call, refuses_compile
from dlexamples.repair.torch_training.objective import Piece, loss_piece, named_optimizer, optimizer_piece
from dlexamples.repair.torch_training.writing import assigned_names, in_place_of_statement, proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

BOUND = Piece("", bound=True)


@rule
def torch_compile(stop: Stop) -> Iterator[Proposal]:
    call = failed_call(stop, "compile") or _call_with_failed_argument(stop)
    if call is None or assigned_names(call) != ():
        return
    criterion, optimizer = _criterion(call), _optimizer(call)
    if criterion is None or optimizer is None:
        return
    _, setup = with_names(call, criterion, optimizer)
    notes = [piece.note for piece in (criterion, optimizer) if piece.note]
    description = "make the criterion and the optimizer that the training loop uses"
    if not setup:
        description = "put the model into training mode: its criterion and optimizer are there already"
    elif _is_used_elsewhere(call):
        setup = ()
        description = "put the model into training mode: criterion and optimizer are made where it is trained"
    lines = setup or (f"{call.receiver}.train()",)
    sources = in_place_of_statement(call, lines)
    if sources:
        yield proposal(call, "torch_compile", sources, description, notes)


def _criterion(call: KerasCall) -> Piece | None:
    if "loss" not in call.arguments:
        return BOUND
    return loss_piece(call.stop, call.arguments["loss"], call.module)


def _optimizer(call: KerasCall) -> Piece | None:
    """Without one Keras takes RMSprop."""
    rate = call.arguments.get("learning_rate", "")
    if "optimizer" not in call.arguments:
        return named_optimizer("rmsprop", call.receiver, rate)
    return optimizer_piece(call.stop, call.arguments["optimizer"], call.receiver, call.module, rate)


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
