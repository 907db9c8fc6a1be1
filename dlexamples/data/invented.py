"""Data that nobody has named: of the shape that the code asks for, and such that it can be learned."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

from dlexamples.data.choice import Choice
from dlexamples.data.forms import Form
from dlexamples.data.refusal import CannotTell
from dlexamples.data.samples import Sample, sample
from dlexamples.data.sklearn_tables import inputs_as_asked, targets_as_asked
from dlexamples.data.table import CATALOGUE, Ask, DataSet, Table
from dlexamples.data.targets import Target, is_of_classes, loss_of
from dlexamples.data.widths import Width
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene

NAME = "synthetic"
ROWS, ARRAYS, LARGE = 200, 64, 16
"""How many samples: of rows, of arrays, and of arrays of more than `MANY` numbers."""
MANY = 20_000
PER_CLASS = 5
"""Samples of a class, at least, for rows to be held out by class."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learned."""

    sample: Sample
    classes: int
    """0 where numbers are to be predicted."""
    units: int
    """Numbers to predict for a sample."""
    count: int
    """Samples."""


@dataclass(frozen=True, slots=True)
class Invention:
    """A table that nobody has named, and what is asked of it."""

    choice: Choice
    need: Need
    table: Table


def invented(names: tuple[str, ...], need: Need, scene: Scene) -> Invention:
    """Data for these names, which say nothing but that they are data. Raises CannotTell."""
    found = sample(need.model, scene)
    if found is None:
        raise CannotTell("nothing says what one sample looks like")
    asked = _with_outputs(need, found)
    table = _table(asked, found, scene)
    home = table.name or NAME
    dataset = DataSet(home, frozenset(), re.compile(r"(?!)"), "made-up data", lambda *_: table)
    why = "nothing says which data set is meant" + ("" if asked.width else f", and {found.why}")
    return Invention(Choice(dataset, names, why, by_name=False), asked, table)


def _with_outputs(need: Need, found: Sample) -> Need:
    """`need` with what was found by trial; a width is said of rows alone."""
    units = found.output[-1] if found.output else None
    is_row = need.width is not None and found.shape == (need.width.columns,)
    asked = replace(need.asked, units=units, instead="")
    return replace(need, asked=asked, width=need.width if is_row else None)


def _table(need: Need, found: Sample, scene: Scene) -> Table:
    """The table of the shape that the model takes. Raises CannotTell."""
    wants_targets = any(wanted.form is not Form.FEATURES for wanted in need.wanted)
    if wants_targets and found.output is not None and len(found.output) > 1:
        shape = "x".join(map(str, found.output))
        raise CannotTell(f"the model gives {shape} numbers for a sample, and nothing says what they should be")
    task = _task(found, need.model, scene)
    if real := _real(task):
        return real
    what = _what(task, wants_targets)
    return Table(
        what=what,
        claim=Claim.SYNTHETIC,
        rows=task.count,
        columns=found.shape[-1],
        classes=task.classes,
        arrays=lambda ask: _arrays(task, ask),
        batch=min(32, task.count),
        stratified=task.count >= PER_CLASS * task.classes > 0,
        why=f"{what}; {found.why}",
    )


def _real(task: Task) -> Table | None:
    """Real rows of that width and with so many classes, for a task that they were not meant for."""
    if len(task.sample.shape) != 1 or task.sample.tokens is not None or (task.units > 1 and not task.classes):
        return None
    for dataset in CATALOGUE.items().values():
        if dataset.rows is None:
            continue
        with contextlib.suppress(CannotTell):
            table = dataset.rows(Width(task.sample.shape[0], task.sample.why))
            if table.may_be_split and (table.columns, table.classes) == (task.sample.shape[0], task.classes):
                what = f"{table.what.removesuffix(', real and complete')}, standing in for data that is not named"
                return replace(
                    table, name=dataset.name, what=what, claim=Claim.STAND_IN, why=f"{what}; {task.sample.why}"
                )
    return None


def _task(found: Sample, model: Any, scene: Scene) -> Task:
    units = found.output[-1] if found.output else 1
    loss = loss_of(model, scene)
    if is_of_classes(loss) or not loss:
        classes = max(units, 2)
    elif loss.startswith(("bce", "binary", "hinge")):
        classes = 2 if units == 1 else units
    else:
        classes = 0
    count = ROWS if len(found.shape) == 1 else LARGE if prod(found.shape) > MANY else ARRAYS
    return Task(found, classes, units, max(count, PER_CLASS * classes) if len(found.shape) == 1 else count)


def _what(task: Task, wants_targets: bool) -> str:
    shape = "x".join(map(str, task.sample.shape))
    things = {1: f"rows of {shape} numbers", 2: f"sequences of {shape}", 3: f"images of {shape}"}
    what = things.get(len(task.sample.shape), f"arrays of {shape}")
    if task.sample.tokens is not None:
        what = f"rows of {shape} tokens"
    return f"{task.count} made-up {what}" + (f" in {task.classes} classes" if task.classes and wants_targets else "")


def _arrays(task: Task, ask: Ask) -> list[str]:
    if task.sample.tokens is not None:
        lines = _tokens(task, ask)
    elif len(task.sample.shape) == 1:
        lines = _rows(task, ask)
    else:
        lines = _levels(task, ask)
    converted = inputs_as_asked(ask) if task.sample.tokens is None else _whole(ask)
    return [*lines, *converted, *_targets(task, ask)]


def _rows(task: Task, ask: Ask) -> list[str]:
    names = f"{ask.x if ask.wants_x else '_'}, {ask.y if ask.wants_y else '_'}"
    columns = task.sample.shape[0]
    if task.classes:
        make = ask.imports.item("sklearn.datasets", "make_blobs")
        return [f"{names} = {make}({task.count}, {columns}, centers={task.classes}, random_state=0)"]
    make = ask.imports.item("sklearn.datasets", "make_regression")
    several = f", n_targets={task.units}" if task.units > 1 else ""
    return [f"{names} = {make}({task.count}, {columns}{several}, noise=1.0, random_state=0)"]


def _levels(task: Task, ask: Ask) -> list[str]:
    """Noise on a level that follows the class; where numbers are predicted, they are the mean."""
    numpy = ask.imports.module("numpy", "np")
    shape = ", ".join(map(str, (task.count, *task.sample.shape)))
    noise = f"{numpy}.random.default_rng(0).random(({shape}))"
    if not task.classes:
        mean = f"{ask.x}.reshape({task.count}, -1).mean(1)"
        several = f"[:, None].repeat({task.units}, axis=1)" if task.units > 1 else ""
        return [f"{ask.x} = {noise}", *([f"{ask.y} = {mean}{several}"] if ask.wants_y else [])]
    if not ask.wants_y:
        return [f"{ask.x} = {noise}"]
    axes = ", ".join(["None"] * len(task.sample.shape))
    return [
        f"{ask.y} = {numpy}.arange({task.count}) % {task.classes}",
        f"{ask.x} = {noise} + {ask.y}[:, {axes}] / {task.classes}",
    ]


def _tokens(task: Task, ask: Ask) -> list[str]:
    """The class follows from the first token."""
    numpy = ask.imports.module("numpy", "np")
    tokens, length = task.sample.tokens, task.sample.shape[0]
    lines = [f"{ask.x} = {numpy}.random.default_rng(0).integers({tokens}, size=({task.count}, {length}))"]
    if ask.wants_y:
        target = f"* {task.classes} // {tokens}" if task.classes else f"/ {tokens}"
        lines.append(f"{ask.y} = {ask.x}[:, 0] {target}")
    return lines


def _whole(ask: Ask) -> list[str]:
    return [f"{ask.x} = {ask.imports.module('torch')}.tensor({ask.x})"] if ask.values == "torch" else []


def _targets(task: Task, ask: Ask) -> list[str]:
    if task.classes or not ask.wants_y:
        return targets_as_asked(ask, task.classes)
    column = "[:, None]" if task.units == 1 and ask.target is Target.COLUMN else ""
    if ask.values == "torch":
        torch = ask.imports.module("torch")
        return [f"{ask.y} = {torch}.tensor({ask.y}, dtype={torch}.float32){column}"]
    return [f'{ask.y} = {ask.y}{column}.astype("float32")'] if ask.values != "raw" else []
