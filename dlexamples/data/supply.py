"""A data set for a missing name, as source code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.data.choice import Choice, choose, plain_names, subjects
from dlexamples.data.forms import Form
from dlexamples.data.import_group import grouped
from dlexamples.data.imports import Imports
from dlexamples.data.infer import Need, need
from dlexamples.data.insert import inserted
from dlexamples.data.invented import invented
from dlexamples.data.layout import Layout, Written, written
from dlexamples.data.made import form, run
from dlexamples.data.names import said, stem
from dlexamples.data.partners import check_partners
from dlexamples.data.refusal import CannotTell, NothingSaysWhich
from dlexamples.data.scene import last_name
from dlexamples.data.targets import Target, target
from dlexamples.model import Applicability, Fill, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene
    from dlexamples.data.table import Table

LONGEST_COMMENT = 100
ONE_HOT = {"to_categorical", "one_hot", "get_dummies"}
_TEMPORARIES = (("inputs", "labels"), ("features", "targets"), ("rows", "answers"))


def supply(name: str, scene: Scene) -> Iterator[Proposal]:
    """A data set for `name`; a refusal for a name of data that cannot be told; nothing for any other name."""
    spoken = said(name, subjects())
    if spoken is None:
        return
    choice: Choice | None = None
    try:
        choice = choose(name, spoken, scene)
        asked = need(choice.names, subjects(), scene)
        table = choice.dataset.table(asked, scene)
        check_partners(table, asked, scene)
        yield _proposal(choice, asked, table, scene)
    except CannotTell as refusal:
        is_open = isinstance(refusal, NothingSaysWhich) or (choice is not None and choice.by_prose)
        made_up = spoken.plain and is_open
        yield _invented(name, refusal, scene) if made_up else _refused(name, choice, str(refusal), scene)


def _invented(name: str, refusal: CannotTell, scene: Scene) -> Proposal:
    """Data of the shape that the model takes; the `refusal` where nothing says it."""
    names = plain_names(name, scene)
    try:
        asked = need(names, subjects(), scene)
    except CannotTell:
        return _refused(name, None, str(refusal), scene)
    try:
        made = invented(names, asked, scene)
        check_partners(made.table, made.need, scene)
        return _proposal(made.choice, made.need, made.table, scene)
    except CannotTell as why:
        return _refused(name, None, f"{refusal}; none is made up, as {why}", scene)


def _proposal(choice: Choice, asked: Need, table: Table, scene: Scene) -> Proposal:
    imports = Imports(scene)
    layout = _layout(choice, asked, table, scene)
    code = written(table, layout, imports)
    lines = [_comment(table, layout), *code.lines]
    source = "\n".join([*grouped(imports.lines), *lines]) + "\n"
    width = asked.width if asked.width and asked.width.columns == table.columns else None
    why = choice.why if width is None else f"{choice.why}, and {width.why}"
    reading = f": {table.why}" if table.why else f": {table.what}"
    return Proposal(
        rule=choice.dataset.name,
        code="DL102",
        message=f"`{choice.names[0]}` is not defined in the post",
        applicability=Applicability.SAFE if choice.by_name else Applicability.UNSAFE,
        description=f"define {_listed(asked)}{reading}",
        sources=inserted(scene, lines, imports.lines),
        fills=_fills(choice, asked, table, why, source, code, scene),
        label="never defined",
        related=((width.why, width.place),) if width and width.place else (),
    )


def _refused(name: str, choice: Choice | None, reason: str, scene: Scene) -> Proposal:
    about = f"{choice.dataset.title} is not supplied for it: {reason}" if choice else reason
    return Proposal(
        rule=choice.dataset.name if choice else "data",
        code="DL101",
        message=f"`{name}` is not defined in the post, and {about}",
        applicability=Applicability.DISPLAY,
        description="define it, or name the data set",
        sources=scene.stop.sources,
        label="never defined",
        final=True,
    )


def _layout(choice: Choice, asked: Need, table: Table, scene: Scene) -> Layout:
    inputs, labels = _temporaries(choice, asked, scene)
    return Layout(
        wanted=asked.wanted,
        values=asked.values,
        target=_target(asked, table, scene),
        batch=_batch(table, scene),
        inputs=inputs,
        labels=labels,
    )


def _target(asked: Need, table: Table, scene: Scene) -> Target:
    """The form of the targets; that of classes where nobody reads them. Raises CannotTell."""
    if all(wanted.form is Form.FEATURES or _ignores_targets(wanted.name, scene) for wanted in asked.wanted):
        return Target.CLASSES if table.classes else Target.NUMBERS
    if table.classes and _makes_one_hot(asked, scene):
        return Target.CLASSES
    return target(asked.model, asked.asked, table.classes, scene)


def _ignores_targets(name: str, scene: Scene) -> bool:
    """Whether every loop over it is one for its inputs alone: `for images, _ in loader`."""
    loops = [up for node in scene.reads(name) for up in scene.ancestors(node) if isinstance(up, ast.For)]
    over = [loop for loop in loops if name in {n.id for n in ast.walk(loop.iter) if isinstance(n, ast.Name)}]
    targets = [loop.target.elts[-1] if isinstance(loop.target, ast.Tuple) else loop.target for loop in over]
    last = [target.elts[-1] if isinstance(target, ast.Tuple) else target for target in targets]
    return bool(last) and all(isinstance(target, ast.Name) and target.id == "_" for target in last)


def _makes_one_hot(asked: Need, scene: Scene) -> bool:
    """Whether the code turns the classes into rows of zeros and a one itself."""
    names = [wanted.name for wanted in asked.wanted if wanted.form is Form.TARGETS]
    around = (scene.parents[node] for name in names for node in scene.reads(name))
    return any(isinstance(up, ast.Call) and last_name(up.func) in ONE_HOT for up in around)


def _temporaries(choice: Choice, asked: Need, scene: Scene) -> tuple[str, str]:
    """Names that the session does not have: `XOR_inputs` and `XOR_labels` beside `XOR_data`."""
    prefix = stem(choice.names[0], subjects()) or choice.dataset.name.replace("-", "_")
    taken = {*scene.bound, *scene.free, *scene.stop.namespace}
    for pair in _TEMPORARIES:
        inputs, labels = (f"{prefix}_{kind}" for kind in pair)
        if not {inputs, labels} & taken:
            return inputs, labels
    raise CannotTell(f"the post has every name for its inputs and labels that would be used, `{prefix}_inputs` first")


def _batch(table: Table, scene: Scene) -> str:
    """The post's own batch size where it has one."""
    own = (name for name in ("batch_size", "BATCH_SIZE") if type(scene.stop.namespace.get(name)) is int)
    return next(own, str(table.batch))


def _comment(table: Table, layout: Layout) -> str:
    """What the lines below it are, for their reader."""
    held_out = ""
    if table.parted:
        held_out = "; a tenth of the first part is to validate on" if len(layout.parts) > 2 else ""
    elif len(layout.parts) > 1:
        fifth = "the last fifth" if table.ordered else "a fifth"
        held_out = f"; {fifth} is held out" if len(layout.parts) == 2 else f"; {fifth} is held out twice"
        held_out = f"; {table.held_out} are held out" if table.held_out else held_out
        held_out = held_out if table.may_be_split else "; there are no other rows to test on"
    named = f"# {', '.join(wanted.name for wanted in layout.wanted)}: {table.what}{held_out}"
    if len(named) <= LONGEST_COMMENT:
        return named
    return f"# {table.what[0].upper()}{table.what[1:]}{held_out}"


def _listed(asked: Need) -> str:
    return ", ".join(f"`{wanted.name}`" for wanted in asked.wanted)


def _fills(
    choice: Choice, asked: Need, table: Table, why: str, source: str, code: Written, scene: Scene
) -> tuple[Fill, ...]:
    """One a name, with the shape and dtype that its source really gives."""
    made = run(source, scene)
    fills = []
    for wanted in asked.wanted:
        own = wanted.form in {Form.FEATURES, Form.TARGETS, Form.TABLE}
        inputs = code.parts.get(wanted.part, code.inputs)
        shape, dtype = form(made[wanted.name] if own else eval(inputs, made) if inputs else None)
        fills.append(Fill(wanted.name, choice.dataset.name, table.claim, shape, dtype, why, source))
    return tuple(fills)
