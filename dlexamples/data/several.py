"""Data for names that go into a live model, whatever they are called and however many it takes at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.choice import meant, subjects
from dlexamples.data.goals import Goal, goal
from dlexamples.data.import_group import grouped
from dlexamples.data.imports import Imports
from dlexamples.data.insert import inserted
from dlexamples.data.invented import NAME
from dlexamples.data.learnable import Named, converted, converted_target, how_many, learnable, things, told
from dlexamples.data.live import kind
from dlexamples.data.made import form, run
from dlexamples.data.names import said
from dlexamples.data.refusal import CannotTell, NothingSaysWhich
from dlexamples.data.samples import Sample, of_trial, sample
from dlexamples.data.slots import TARGET, UNKNOWN, UNREAD, Slot, parameter, position, slots, speaks_of_a_set
from dlexamples.data.trials import tried
from dlexamples.model import Applicability, Claim, Fill, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.flow import Key
    from dlexamples.data.scene import Scene

PARTS = ("", "train", "val", "test")
LONGEST, INDENT = 70, 4
HELD_OUT = 5
"""One sample of so many is held out for each part that is missing, beside the one to train on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written down."""

    slots: tuple[Slot, ...]
    sample: Sample
    positions: tuple[Key, ...]
    """The key of each input, in the order in which the model takes them."""
    goal: Goal | None
    count: int
    values: str
    """`torch` or `numpy`, as in `Ask`."""

    @property
    def parts(self) -> list[str]:
        """The parts that are missing, the one to train on first."""
        return [part for part in PARTS if any(_part(each.name) == part for each in self.slots)]


def several(name: str, scene: Scene) -> Iterator[Proposal]:
    """Made-up data for `name` and those that go into the same model; nothing where a table of rows would do."""
    found = slots(name, scene)
    if not found or any(speaks_of_a_set(each.name, subjects()) for each in found):
        return
    are_said = all(said(each.name, subjects()) for each in found)
    if are_said and all(each.is_regular for each in found):
        return
    if are_said and all(each.is_pair for each in found) and _speaks_of_a_set(scene):
        return
    try:
        plan = _plan(found, scene)
        if plan is not None:
            yield _proposal(plan, scene)
        elif not said(name, subjects()):
            yield _refused(name, "nothing that was tried goes through the model beside what the post has itself", scene)
    except CannotTell as why:
        yield _refused(name, str(why), scene)


def _speaks_of_a_set(scene: Scene) -> bool:
    """Whether the text does, if no name does."""
    try:
        meant(scene)
    except CannotTell as reason:
        return not isinstance(reason, NothingSaysWhich)
    return True


def _plan(found: list[Slot], scene: Scene) -> Plan | None:
    """None where the post has some of the inputs itself. Raises CannotTell."""
    model = found[0].model
    if any(each.goes_elsewhere for each in found):
        raise CannotTell("its batches go into two models")
    if any(UNKNOWN in each.keys for each in found):
        raise CannotTell("an element of its batches goes into no model and no loss, and nothing says what it is")
    keys = {key for each in found for key in each.keys if key not in {TARGET, UNREAD}}
    places = {position(model, key): key for key in keys}
    if not keys or None in places or sorted(p for p in places if p is not None) != list(range(len(keys))):
        return None
    positions = tuple(places[index] for index in range(len(keys)))
    taken = _sample(model, positions, scene)
    if taken is None:
        return None
    if len(taken.inputs) != len(positions):
        raise CannotTell(f"the model takes {len(taken.inputs)} inputs at a time, and the code shows {len(positions)}")
    reads = [read for each in found for key, some in each.reads if key == TARGET for read in some]
    wants_target = any(TARGET in each.keys for each in found)
    aim = goal(taken, reads, model, scene) if wants_target else None
    values = "torch" if kind(model) == "torch" else "numpy"
    return Plan(tuple(found), taken, positions, aim, how_many(taken.inputs), values)


def _sample(model: Any, positions: tuple[Key, ...], scene: Scene) -> Sample | None:
    if kind(model) == "keras" or len(positions) == 1:
        return sample(model, scene)
    trial = tried(model, tuple(parameter(model, key) for key in positions))
    return of_trial(trial) if trial else None


def _proposal(plan: Plan, scene: Scene) -> Proposal:
    imports = Imports(scene)
    lines = _lines(plan, imports, scene)
    what = _what(plan)
    listed = ", ".join(each.name for each in plan.slots)
    source = "\n".join([*grouped(imports.lines), f"# {listed}: {what}", *lines]) + "\n"
    why = f"nothing says which data set is meant, and {plan.sample.why}"
    made = run(source, scene)
    inputs = made[_names(plan, scene)[plan.positions[0]]]
    return Proposal(
        rule=NAME,
        code="DL102",
        message=f"`{plan.slots[0].name}` is not defined in the post",
        applicability=Applicability.UNSAFE,
        description=f"define {', '.join(f'`{each.name}`' for each in plan.slots)}: {what}; {plan.sample.why}",
        sources=inserted(scene, [f"# {listed}: {what}", *lines], imports.lines),
        fills=tuple(
            Fill(each.name, NAME, Claim.SYNTHETIC, *form(inputs if each.batch else made[each.name]), why, source)
            for each in plan.slots
        ),
        label="never defined",
    )


def _refused(name: str, reason: str, scene: Scene) -> Proposal:
    return Proposal(
        rule="data",
        code="DL101",
        message=f"`{name}` is not defined in the post, and none is made up, as {reason}",
        applicability=Applicability.DISPLAY,
        description="define it",
        sources=scene.stop.sources,
        label="never defined",
        final=True,
    )


def _what(plan: Plan) -> str:
    what = f"{plan.count} made-up {' and '.join(dict.fromkeys(map(things, plan.sample.inputs)))}"
    return what + (f", {told(plan.goal)}" if plan.goal else "")


def _lines(plan: Plan, imports: Imports, scene: Scene) -> list[str]:
    """Arrays of all samples, in names of their own or in temporaries, and what the missing names hold of them."""
    names = _names(plan, scene)
    inputs = [Named(names[key], each) for key, each in zip(plan.positions, plan.sample.inputs, strict=True)]
    target = names.get(TARGET, "")
    lines = learnable(inputs, target, plan.goal, plan.count, imports)
    lines += [line for each in inputs for line in converted(each, plan.values, imports)]
    if plan.goal is not None:
        lines += converted_target(target, plan.goal, plan.values, imports)
    for each in plan.slots:
        value = _value(each, plan, names, imports)
        if value != each.name:
            lines.append(f"{each.name} = {value}")
    return lines


def _names(plan: Plan, scene: Scene) -> dict[Key, str]:
    """What the arrays of each key are called: a missing name where one holds all of it, else a temporary."""
    taken = {*scene.bound, *scene.free, *scene.stop.namespace}
    keys = [*plan.positions, *([TARGET] if plan.goal else [])]
    found: dict[Key, str] = {}
    for key in keys:
        own = [each.name for each in plan.slots if each.batch is None and each.keys == (key,)]
        if own and len(plan.parts) == 1:
            found[key] = own[0]
            continue
        word = "labels" if key == TARGET else _word(plan, key)
        found[key] = f"{NAME}_{word}"
        if found[key] in taken:
            raise CannotTell(f"the post has the name `{found[key]}`, which would be used")
    return found


def _word(plan: Plan, key: Key) -> str:
    if isinstance(key, str):
        return key
    model = plan.slots[0].model
    word = parameter(model, key) if kind(model) == "torch" else str(model.inputs[key].name)
    return "inputs" if len(plan.positions) == 1 else word


def _value(each: Slot, plan: Plan, names: dict[Key, str], imports: Imports) -> str:
    """The expression for one missing name."""
    rows = _rows(_part(each.name), plan)
    if each.batch is None:
        return names[each.keys[0]] + rows
    unread = f"{imports.module('torch')}.arange({plan.count})" if UNREAD in each.keys else ""
    elements = [names.get(key, unread) + rows for key in each.keys]
    dataset = elements[0]
    if not (each.batch.alone or each.batch.is_dict):
        dataset = f"{imports.item('torch.utils.data', 'TensorDataset')}({', '.join(elements)})"
    if each.batch.is_dict:
        pairs = [
            f'"{key}": {names[own]}[i]' for key, own in zip(each.batch.reads, each.keys, strict=True) if own != UNREAD
        ]
        first, last = _bounds(_part(each.name), plan)
        of_rows = f"for i in range({last if first == '0' else f'{first}, {last}'})"
        dataset = f"[{{{', '.join(pairs)}}} {of_rows}]"
        if len(dataset) > LONGEST + INDENT:
            inner = "".join(f"\n{' ' * 3 * INDENT}{pair}," for pair in pairs)
            row = f"{{{inner}\n{' ' * 2 * INDENT}}}"
            dataset = f"[\n{' ' * 2 * INDENT}{row}\n{' ' * 2 * INDENT}{of_rows}\n{' ' * INDENT}]"
    if each.is_dataset:
        return dataset
    loader = imports.item("torch.utils.data", "DataLoader")
    shuffle = "" if _part(each.name) in {"test", "val"} else ", shuffle=True"
    options = f"batch_size={min(32, plan.count)}{shuffle}"
    if len(dataset) + len(options) < LONGEST:
        return f"{loader}({dataset}, {options})"
    return f"{loader}(\n{' ' * INDENT}{dataset},\n{' ' * INDENT}{options},\n)"


def _rows(part: str, plan: Plan) -> str:
    """The slice of the rows that belongs to a part."""
    if len(plan.parts) == 1:
        return ""
    first, last = _bounds(part, plan)
    return f"[{'' if first == '0' else first}:{'' if last == str(plan.count) else last}]"


def _bounds(part: str, plan: Plan) -> tuple[str, str]:
    """The first row of a part, and the one behind its last: those at the end are held out."""
    held = plan.count // HELD_OUT
    behind = len(plan.parts) - 1 - plan.parts.index(part)
    last = plan.count - held * behind
    return str(0 if plan.parts[0] == part else last - held), str(last)


def _part(name: str) -> str:
    spoken = said(name, subjects())
    words = name.lower().split("_")
    return spoken.part if spoken else next((part for part in PARTS[1:] if part in words), "")
