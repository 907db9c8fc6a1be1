"""`model.fit(X, y, epochs=10)` and `model.train(loader, epochs=10)` on a torch module: a training loop."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dlexamples.repair import live, rule
from dlexamples.repair.names import free_name
from dlexamples.repair.torch_training.bound import Objective, objective_of
from dlexamples.repair.torch_training.call import KerasCall, failed_call
from dlexamples.repair.torch_training.data import Source, read_source, with_casts
from dlexamples.repair.torch_training.loaders import LONG, dataset_lines, loader_lines, option, row_count
from dlexamples.repair.torch_training.loop import (
    Step,
    array_names,
    evaluation_lines,
    indented,
    names_for,
    training_lines,
)
from dlexamples.repair.torch_training.refusal import CannotMend, answered
from dlexamples.repair.torch_training.repeats import has_other_values
from dlexamples.repair.torch_training.steady import check_activation, steady
from dlexamples.repair.torch_training.surroundings import check_surroundings, other_branches
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


@dataclass(frozen=True, slots=True)
class Plan:
    """What the loop is made of."""

    call: KerasCall
    step: Step
    setup: tuple[str, ...]
    training: Source
    validation: Source | None
    figures: dict[str, str]
    """The names of the means that an epoch computes, by kind; empty when nobody sees them."""
    validated: dict[str, str]
    """The same of the validation."""
    history: str
    """The name of what the author keeps of the training; '' for nothing."""
    prints: str
    """The condition for printing: '' for never, `True` for always."""
    notes: tuple[str, ...]


@rule
def torch_fit(stop: Stop) -> Iterator[Proposal]:
    return answered(failed_call(stop, "fit", "train"), "torch_fit", _mended)


def _mended(call: KerasCall) -> Proposal:
    check_surroundings(call)
    if other_branches(call):
        raise CannotMend("another branch trains the model as well, and no run tells what it does")
    plan = _plan(call)
    lines = [*plan.setup, *_history_lines(plan), *_loop_lines(plan)]
    names = assigned_names(call)
    if names is None or is_tuple_assignment(call):
        sources = before_statement(call, lines, plan.history)
    else:
        sources = in_place_of_statement(call, lines)
    return proposal(call, "torch_fit", sources, "train with a PyTorch loop", plan.notes)


def _plan(call: KerasCall) -> Plan:
    if "x" not in call.arguments:
        raise CannotMend("it does not say what to train on")
    source = read_source(call, call.arguments["x"], call.arguments.get("y", ""), prefix="train_")
    objective = objective_of(call, source.sample)
    if objective.setup:
        check_activation(call, objective.loss)
    source = _steady(call, source, objective, "x", "y")
    step = Step(call.receiver, objective, names_for(call.stop))
    prints = _prints(call)
    history = _history_name(call)
    figures = _figures(call, objective) if prints or history else {}
    _check_history(call, history, objective)
    split_lines, source, validation = _split(call, source)
    asked = {"validation_data", "validation_split"} & call.arguments.keys()
    unseen = ("nothing shows the figures, so there is no validation in the loop",) if asked and not figures else ()
    validation = (validation or _validation(call, objective)) if figures else None
    shuffle = "" if _is_iterable(source) else option(call, "shuffle", "True")
    loader = free_name(call.stop, "train_loader")
    loading, source = loader_lines(call, source, loader, shuffle=shuffle, trains=True)
    validating: tuple[str, ...] = ()
    if validation:
        validating, validation = _prepared(call, validation)
    setup = (*objective.setup, *split_lines, *loading, *validating)
    notes = (*objective.notes, *source.notes, *unseen)
    validated = {kind: free_name(call.stop, f"val_{kind}") for kind in figures} if validation else {}
    return Plan(call, step, setup, source, validation, figures, validated, history, prints, notes)


def _steady(call: KerasCall, source: Source, objective: Objective, *parameters: str) -> Source:
    data = [call.arguments.get(parameter, "") for parameter in parameters]
    return steady(call, with_casts(call, source, objective.loss), objective, *data)


def _prints(call: KerasCall) -> str:
    """When an epoch's figures are printed: '' never, `True` always, else the author's own condition."""
    code = option(call, "verbose", "True")
    return "True" if code.isdigit() and code != "0" else code


def _split(call: KerasCall, source: Source) -> tuple[tuple[str, ...], Source, Source | None]:
    """Lines that keep a part of the rows for validation, as `validation_split` asks, with the two parts."""
    share = call.arguments.get("validation_split", "0")
    value = live.value_of(call.stop, share)
    if value == 0 and not has_other_values(call, share):
        return (), source, None
    if value == 0 or (source.form == "batches" and not source.has_rows):
        raise CannotMend(f"`validation_split={share}` asks for a part of data that cannot be parted")
    first = f"{round(1 - value, 6):g}" if isinstance(value, float) and share == str(value) else f"1 - {share}"
    train, val = free_name(call.stop, "train_set"), free_name(call.stop, "val_set")
    lines, whole = dataset_lines(source, free_name(call.stop, "dataset"), 50)
    lines.append(f"{train}, {val} = ⟦torch.utils.data.random_split⟧({whole}, [{first}, {share}])")
    part = replace(source, form="dataset", value=None, arrays=(), setup=(), is_cast=source.form == "arrays")
    return tuple(lines), replace(part, code=train, rows=_training_rows(source, value)), replace(part, code=val)


def _training_rows(source: Source, share: object) -> int | None:
    """As `random_split` counts them: whole rows of each part, what is left to the first."""
    rows = row_count(source) if source.form != "batches" else len(source.value.dataset) if source.value else None
    return None if rows is None or not isinstance(share, float) else rows - math.floor(rows * share)


def _validation(call: KerasCall, objective: Objective) -> Source | None:
    code = call.arguments.get("validation_data")
    if code is None:
        return None
    if call.value("validation_data") is None:
        if has_other_values(call, code):
            raise CannotMend(f"`{code}` is None in one run of it and may be data in another")
        return None
    return _steady(call, read_source(call, code, prefix="val_"), objective, "validation_data")


def _prepared(call: KerasCall, source: Source) -> tuple[tuple[str, ...], Source]:
    """Lines that make the validation data ready before the loop, and what to go through in each epoch."""
    if source.form == "dataset":
        return loader_lines(call, source, free_name(call.stop, "val_loader"))
    if source.form == "batches":
        return source.setup, source
    lines, codes = array_names(source, (free_name(call.stop, "val_inputs"), free_name(call.stop, "val_targets")))
    arrays = tuple(replace(array, code=code, value=None) for array, code in zip(source.arrays, codes, strict=True))
    return (*source.setup, *lines), replace(source, arrays=arrays, setup=(), is_cast=True)


def _figures(call: KerasCall, objective: Objective) -> dict[str, str]:
    metrics = {kind: free_name(call.stop, kind) for kind in dict.fromkeys(objective.metrics.values())}
    return {"loss": free_name(call.stop, "epoch_loss"), **metrics}


def _history_name(call: KerasCall) -> str:
    names = assigned_names(call)
    if names == ():
        return ""
    return names[0] if names and not is_tuple_assignment(call) else free_name(call.stop, "history")


def _check_history(call: KerasCall, history: str, objective: Objective) -> None:
    """Raises CannotMend when the session reads of the history what the loop does not keep."""
    for source in call.stop.published:
        for name in objective.left_out:
            if re.search(rf"""\[["'](val_)?{re.escape(name)}["']\]""", source):
                raise CannotMend(f"the metric `{name}`, which is used later, has no counterpart in torch")
        if history and (found := re.search(rf"\b{re.escape(history)}\.(params|model)\b", source)):
            raise CannotMend(f"`{found[0]}` of the history is used later")


def _keys(plan: Plan) -> dict[str, str]:
    """Keras's keys of `history.history`, each with the name of its value."""
    own = {kind: name for name, kind in plan.step.objective.metrics.items()}
    keys = {own.get(kind, kind): name for kind, name in plan.figures.items()}
    return keys | {f"val_{own.get(kind, kind)}": name for kind, name in plan.validated.items()}


def _history_lines(plan: Plan) -> list[str]:
    """What keeps the figures: a dict of lists, with an attribute `history` where the session reads one."""
    if not plan.history:
        return []
    lists = "{" + ", ".join(f'"{key}": []' for key in _keys(plan)) + "}"
    if any(re.search(r"\.(history|epoch)\b", source) for source in plan.call.stop.published):
        epochs = f"epoch=list(range({plan.call.arguments.get('epochs', '1')})), "
        has_epochs = any(".epoch" in source for source in plan.call.stop.published)
        lists = f"⟦types.SimpleNamespace⟧({epochs if has_epochs else ''}history={lists})"
    return [f"{plan.history} = {lists}"]


def _loop_lines(plan: Plan) -> list[str]:
    names, model = plan.step.names, plan.call.receiver
    epochs = plan.call.arguments.get("epochs", "1")
    body = training_lines(plan.step, plan.training, plan.figures)
    if plan.validation:
        body += evaluation_lines(plan.step, plan.validation, plan.validated)
    body += _kept(plan)
    printing = _print_lines(plan, epochs) if plan.prints else []
    body += printing if plan.prints in ("", "True") else [f"if {plan.prints}:", *indented(printing)]
    return [f"for {names.epoch} in range({epochs}):", *indented([f"{model}.train()", *body])]


def _kept(plan: Plan) -> list[str]:
    if not plan.history:
        return []
    lists = _history_lines(plan)[0].startswith(f"{plan.history} = {{")
    kept = plan.history if lists else f"{plan.history}.history"
    return [f'{kept}["{key}"].append({name})' for key, name in _keys(plan).items()]


def _print_lines(plan: Plan, epochs: str) -> list[str]:
    of = f"/{epochs}" if epochs.isdigit() else f"/{{{epochs}}}" if epochs.isidentifier() else ""
    parts = [f"Epoch {{{plan.step.names.epoch} + 1}}{of}"]
    parts += [f"{key}: {{{name}:.4f}}" for key, name in _keys(plan).items()]
    line = f'print(f"{", ".join(parts)}")'
    if len(line) <= LONG:
        return [line]
    half = len(plan.figures) + 1
    first, second = ", ".join(parts[:half]), ", ".join(parts[half:])
    return ["print(", f'    f"{first}, "', f'    f"{second}"', ")"] if second else [line]


def _is_iterable(source: Source) -> bool:
    """A data set that gives its rows in its own order."""
    return isinstance(source.value, live.torch_module().utils.data.IterableDataset)
