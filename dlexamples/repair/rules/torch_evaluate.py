"""`loss, accuracy = model.evaluate(X, y)` on a torch module: the figures, computed without gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair import rule
from dlexamples.repair.names import free_name
from dlexamples.repair.torch_training.bound import Objective, objective_of
from dlexamples.repair.torch_training.call import KerasCall, failed_call
from dlexamples.repair.torch_training.data import Source, loader_lines, read_source, with_casts
from dlexamples.repair.torch_training.loop import Step, evaluation_lines, names_for
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
    call = failed_call(stop, "evaluate")
    source = _source(call) if call else None
    objective = objective_of(call, source.sample, optimizes=False) if call and source else None
    if call is None or source is None or objective is None:
        return
    kinds = _kinds(call, objective)
    if kinds is None:
        return
    names = assigned_names(call)
    by_name = names if names and len(names) == len(kinds) else None
    figures = _figures(call, kinds, by_name)
    lines = _lines(call, with_casts(call, source, objective.loss), objective, figures)
    if names == ():
        lines.append(_print(figures))
    sources = (
        before_statement(call, lines, _result(figures))
        if names != () and by_name is None
        else in_place_of_statement(call, lines)
    )
    if sources:
        notes = (*objective.notes, *with_casts(call, source, objective.loss).notes)
        if len(kinds) > 1 and not objective.metrics:
            notes = (*notes, "no metrics are named, so the second figure is an accuracy")
        yield proposal(call, "torch_evaluate", sources, "evaluate without gradients", notes)


def _source(call: KerasCall) -> Source | None:
    if "x" not in call.arguments:
        return None
    return read_source(call, call.arguments["x"], call.arguments.get("y", ""), prefix="test_")


def _kinds(call: KerasCall, objective: Objective) -> list[str] | None:
    """The figures that Keras would give: the loss and what `compile` lists. With two names for the result, and
    nothing listed, the second is taken for an accuracy."""
    kinds = ["loss", *dict.fromkeys(objective.metrics.values())]
    names = assigned_names(call)
    if not is_tuple_assignment(call) or names is None or len(names) == len(kinds):
        return kinds
    return ["loss", "accuracy"] if len(names) == 2 and len(kinds) == 1 else None


def _figures(call: KerasCall, kinds: list[str], names: tuple[str, ...] | None) -> dict[str, str]:
    chosen = names or [free_name(call.stop, f"test_{kind}") for kind in kinds]
    return {kind: name for kind, name in zip(kinds, chosen, strict=True) if name != "_"}


def _lines(call: KerasCall, source: Source, objective: Objective, figures: dict[str, str]) -> list[str]:
    setup = objective.setup
    if source.form == "dataset":
        loading, source = loader_lines(call, source, free_name(call.stop, "test_loader"), shuffle=False)
    else:
        loading = source.setup
    step = Step(call.receiver, objective, names_for(call.stop))
    held = (free_name(call.stop, "test_inputs"), free_name(call.stop, "test_targets"))
    return [*setup, *loading, *evaluation_lines(step, source, figures, held)]


def _result(figures: dict[str, str]) -> str:
    """One number without metrics, else a list, as Keras returns it."""
    return figures["loss"] if len(figures) == 1 else f"[{', '.join(figures.values())}]"


def _print(figures: dict[str, str]) -> str:
    values = ", ".join(f"{kind}: {{{name}:.4f}}" for kind, name in figures.items())
    return f'print(f"{values}")'
