"""Data that nobody has named: of the shape that the code asks for, and such that it can be learned."""

from __future__ import annotations

import ast
import contextlib
import re
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

from dlexamples.data.choice import Choice
from dlexamples.data.flow import alive
from dlexamples.data.forms import Form
from dlexamples.data.learnable import how_many, things
from dlexamples.data.live import kind
from dlexamples.data.places import is_of_places, of_places
from dlexamples.data.refusal import CannotTell
from dlexamples.data.samples import Sample, sample
from dlexamples.data.sklearn_tables import inputs_as_asked, targets_as_asked
from dlexamples.data.table import CATALOGUE, Ask, DataSet, Table
from dlexamples.data.targets import Target, is_of_classes, loss_of
from dlexamples.data.widths import Width
from dlexamples.model import Claim
from dlexamples.names import names

if TYPE_CHECKING:
    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene

NAME = "synthetic"
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


def invented(missing: tuple[str, ...], need: Need, scene: Scene) -> Invention:
    """Data for these names, which say nothing but that they are data. Raises CannotTell."""
    alike = [name for name, value in scene.live.items() if kind(value) in {"torch", "keras"}]
    if need.model is None and len(alike) > 1:
        shown = " and ".join(f"`{name}`" for name in alike[:2])
        raise CannotTell(f"{shown} are alive, and the code does not show which of them is fed")
    found = sample(need.model, scene)
    if found is None:
        tried = "no rows, images, sequences or tokens that were tried go through the model"
        raise CannotTell(tried if kind(need.model) == "torch" else "nothing says what one sample looks like")
    if len(found.inputs) > 1:
        number = len(found.inputs)
        raise CannotTell(f"the model takes {number} inputs at a time, and the code does not show which is which")
    _check_inputs(need, scene)
    asked = _with_outputs(need, found)
    table = _table(asked, found, scene)
    home = table.name or NAME
    dataset = DataSet(home, frozenset(), re.compile(r"(?!)"), "made-up data", lambda *_: table)
    why = "nothing says which data set is meant" + ("" if asked.width else f", and {found.why}")
    return Invention(Choice(dataset, missing, why, by_name=False), asked, table)


def _check_inputs(need: Need, scene: Scene) -> None:
    """Raises CannotTell for targets alone, where the model is called with inputs of the post's own."""
    if any(wanted.form is not Form.TARGETS for wanted in need.wanted) or need.model is None:
        return
    own = frozenset().union(*(names(source).binds for source in scene.stop.published))
    for tree in scene.trees:
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and alive(call.func, scene) is need.model:
                given = next(
                    (a.id for a in call.args if isinstance(a, ast.Name) and a.id in own & scene.live.keys()), ""
                )
                if given:
                    raise CannotTell(f"the post has `{given}` itself, and nothing says which targets belong to it")


def _with_outputs(need: Need, found: Sample) -> Need:
    """`need` with what was found by trial; a width is said of rows alone."""
    units = found.output[-1] if found.output else None
    is_row = need.width is not None and found.shape == (need.width.columns,)
    asked = replace(need.asked, units=units, instead="")
    return replace(need, asked=asked, width=need.width if is_row else None)


def _table(need: Need, found: Sample, scene: Scene) -> Table:
    """The table of the shape that the model takes. Raises CannotTell."""
    wants_targets = any(wanted.form is not Form.FEATURES for wanted in need.wanted)
    if is_of_places(need, found, scene, wants_targets=wants_targets):
        return of_places(need, found, scene, wants_targets=wants_targets)
    task = _task(found, need.model, scene)
    if real := _real(task):
        return real
    what = _what(task, wants_targets)
    return Table(
        what=what,
        claim=Claim.SYNTHETIC,
        rows=task.count,
        columns=(1, *found.shape)[-1],
        classes=task.classes,
        arrays=lambda ask: _arrays(task, ask),
        held_out=_held_out(task, need),
        batch=min(32, task.count),
        stratified=task.count >= PER_CLASS * task.classes > 0,
        why=f"{what}; {found.why}",
    )


def _real(task: Task) -> Table | None:
    """Real rows of that width and with so many classes, for a task that they were not meant for."""
    if len(task.sample.shape) != 1 or task.sample.tokens is not None or (task.units > 1 and not task.classes):
        return None
    if task.sample.counts:
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
    if found.numbers:
        classes = 0
    elif is_of_classes(loss) or not loss:
        classes = max(units, 2)
    elif loss.startswith(("bce", "binary", "hinge")):
        classes = 2 if units == 1 else units
    else:
        classes = 0
    if found.counts:
        return Task(found, classes, units, sum(dict(found.counts).values()))
    count = how_many(found.inputs)
    return Task(found, classes, units, max(count, PER_CLASS * classes) if len(found.shape) == 1 else count)


def _held_out(task: Task, need: Need) -> int:
    """As many as the post says that the part to test on holds; 0 where it says nothing."""
    held = {wanted.name for wanted in need.wanted if wanted.part in {"test", "val"}}
    return next((count for name, count in task.sample.counts if name in held), 0)


def _what(task: Task, wants_targets: bool) -> str:
    what = f"{task.count} made-up {things(task.sample.inputs[0])}"
    return what + (f" in {task.classes} classes" if task.classes and wants_targets else "")


def _arrays(task: Task, ask: Ask) -> list[str]:
    if _is_bytes(task):
        return [*_bytes(task, ask), *(_whole(ask) if ask.wants_x else []), *_targets(task, ask)]
    if task.sample.tokens is not None:
        lines = _tokens(task, ask)
    elif len(task.sample.shape) == 1:
        lines = _rows(task, ask)
    else:
        lines = _levels(task, ask)
    converted = inputs_as_asked(ask) if task.sample.tokens is None else _whole(ask)
    return [*lines, *converted, *_targets(task, ask)]


def _rows(task: Task, ask: Ask) -> list[str]:
    bound = f"{ask.x if ask.wants_x else '_'}, {ask.y if ask.wants_y else '_'}"
    columns = task.sample.shape[0]
    if task.classes:
        make = ask.imports.item("sklearn.datasets", "make_blobs")
        return [f"{bound} = {make}({task.count}, {columns}, centers={task.classes}, random_state=0)"]
    make = ask.imports.item("sklearn.datasets", "make_regression")
    several = f", n_targets={task.units}" if task.units > 1 else ""
    return [f"{bound} = {make}({task.count}, {columns}{several}, noise=1.0, random_state=0)"]


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


def _is_bytes(task: Task) -> bool:
    """As many as the post says, each of many numbers: they are small where they are made, as MNIST's are."""
    return bool(task.sample.counts) and bool(task.classes) and prod(task.sample.shape) > task.classes


def _bytes(task: Task, ask: Ask) -> list[str]:
    """Noise below 160, on a level that follows the class."""
    numpy = ask.imports.module("numpy", "np")
    shape = ", ".join(map(str, (task.count, *task.sample.shape)))
    axes = ", ".join(["None"] * len(task.sample.shape))
    return [
        f"{ask.y} = {numpy}.arange({task.count}) % {task.classes}",
        f'{ask.x} = {numpy}.random.default_rng(0).integers(160, size=({shape}), dtype="uint8")',
        f'{ask.x} += ({ask.y} * {95 // task.classes}).astype("uint8")[:, {axes}]',
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
