"""`loss, accuracy = model.evaluate(X, y)` on a torch module: the figures, computed without gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.names import free_name
from dlexamples.repair.torch_training.bound import Objective, objective_of
from dlexamples.repair.torch_training.call import KerasCall, failed_call
from dlexamples.repair.torch_training.data import Source, read_source, with_casts
from dlexamples.repair.torch_training.loaders import loader_lines
from dlexamples.repair.torch_training.loop import Step, evaluation_lines, names_for
from dlexamples.repair.torch_training.refusal import CannotMend, answered
from dlexamples.repair.torch_training.steady import check_activation, steady
from dlexamples.repair.torch_training.surroundings import check_surroundings
from dlexamples.repair.torch_training.writing import (
    assigned_names,
    before_statement,
    in_place_of_statement,
    is_tuple_assignment,
    proposal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def torch_evaluate(stop: Stop) -> Iterator[Proposal]:
    return answered(failed_call(stop, "evaluate"), "torch_evaluate", _mended)


def _mended(call: KerasCall) -> Proposal:
    check_surroundings(call)
    if "x" not in call.arguments:
        raise CannotMend("it does not say what to evaluate on")
    data = (call.arguments["x"], call.arguments.get("y", ""))
    source = read_source(call, *data, prefix="test_")
    objective = objective_of(call, source.sample, optimizes=False)
    if objective.setup:
        check_activation(call, objective.loss)
    source = steady(call, with_casts(call, source, objective.loss), objective, *data)
    kinds = _kinds(call, objective)
    names = assigned_names(call)
    by_name = names if is_tuple_assignment(call) or (len(kinds) == 1 and not _is_dict(call)) else None
    figures = _figures(call, kinds, by_name)
    chosen = _chosen(call, kinds)
    figures = {chosen: figures[chosen]} if chosen else figures
    lines = _lines(call, source, objective, figures)
    if names == ():
        lines.append(_print(figures))
    if names == () or by_name:
        sources = in_place_of_statement(call, lines)
    else:
        whole = call.tree.parents[call.node] if chosen else call.node
        assert isinstance(whole, cst.BaseExpression)
        sources = before_statement(call, lines, _result(call, objective, figures), whole=whole)
    notes = (*objective.notes, *source.notes)
    if len(kinds) > 1 and not objective.metrics:
        notes = (*notes, "no metrics are named, so the second figure is an accuracy")
    return proposal(call, "torch_evaluate", sources, "evaluate without gradients", notes)


def _kinds(call: KerasCall, objective: Objective) -> list[str]:
    """The figures that Keras would give: the loss and what `compile` lists. With two names for the result, and
    nothing listed, the second is taken for an accuracy."""
    kinds = ["loss", *dict.fromkeys(objective.metrics.values())]
    names = assigned_names(call)
    if not is_tuple_assignment(call) or (names and len(names) == len(kinds) and not _is_dict(call)):
        return kinds
    if names and len(names) == 2 and len(kinds) == 1 and not objective.left_out:
        return ["loss", "accuracy"]
    raise CannotMend(f"its result is unpacked into other figures than {', '.join(kinds)}")


def _chosen(call: KerasCall, kinds: list[str]) -> str:
    """The one figure that `evaluate(…)[1]` takes; '' for all."""
    parent = call.tree.parents[call.node]
    if not isinstance(parent, cst.Subscript) or len(kinds) == 1 or _is_dict(call):
        return ""
    index = live.value_of(call.stop, call.tree.text(parent.slice[0]))
    return kinds[index] if type(index) is int and -len(kinds) <= index < len(kinds) else ""


def _is_dict(call: KerasCall) -> bool:
    return call.value("return_dict") is True


def _figures(call: KerasCall, kinds: list[str], names: tuple[str, ...] | None) -> dict[str, str]:
    chosen = names or [free_name(call.stop, f"test_{kind}") for kind in kinds]
    return {kind: name for kind, name in zip(kinds, chosen, strict=True) if name != "_"}


def _lines(call: KerasCall, source: Source, objective: Objective, figures: dict[str, str]) -> list[str]:
    setup = objective.setup if "loss" in figures else ()
    if source.form == "dataset":
        loading, source = loader_lines(call, source, free_name(call.stop, "test_loader"))
    else:
        loading = source.setup
    step = Step(call.receiver, objective, names_for(call.stop))
    held = (free_name(call.stop, "test_inputs"), free_name(call.stop, "test_targets"))
    return [*setup, *loading, *evaluation_lines(step, source, figures, held)]


def _result(call: KerasCall, objective: Objective, figures: dict[str, str]) -> str:
    """One number without metrics, else a list, as Keras returns it; by name when a dict is asked for."""
    if _is_dict(call):
        own = {kind: name for name, kind in objective.metrics.items()}
        return "{" + ", ".join(f'"{own.get(kind, kind)}": {name}' for kind, name in figures.items()) + "}"
    return next(iter(figures.values())) if len(figures) == 1 else f"[{', '.join(figures.values())}]"


def _print(figures: dict[str, str]) -> str:
    values = ", ".join(f"{kind}: {{{name}:.4f}}" for kind, name in figures.items())
    return f'print(f"{values}")'
