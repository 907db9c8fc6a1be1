"""A table for a model that gives more than a row for each sample, or whose loss is written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.flow import batch, compared
from dlexamples.data.forms import Form
from dlexamples.data.goals import Goal, goal
from dlexamples.data.learnable import Named, converted, converted_target, how_many, learnable, things, told
from dlexamples.data.live import kind
from dlexamples.data.table import Ask, Table
from dlexamples.data.targets import is_known, loss_of
from dlexamples.model import Claim

if TYPE_CHECKING:
    import ast

    from dlexamples.data.infer import Need
    from dlexamples.data.samples import Sample
    from dlexamples.data.scene import Scene


def is_of_places(need: Need, found: Sample, scene: Scene, *, wants_targets: bool) -> bool:
    """Whether more than a row comes out for each sample, or a row that no loss of a library compares with classes."""
    if found.output is None or (found.tokens is not None and not wants_targets):
        return False
    if not wants_targets:
        return found.bounded and found.output == found.shape
    by_hand = not is_known(loss_of(need.model, scene)) and compared(_target_reads(need, scene), scene) is not None
    return len(found.output) > 1 or (by_hand and kind(need.model) == "torch")


def of_places(need: Need, found: Sample, scene: Scene, *, wants_targets: bool) -> Table:
    """The table for a model that gives pixels, the steps of a sequence, or what a loss by hand compares."""
    aim = goal(found, _target_reads(need, scene), need.model, scene) if wants_targets else None
    count = how_many(found.inputs)
    what = f"{count} made-up {things(found.inputs[0])}" + (f", {told(aim)}" if aim else ", from 0 to 1")
    return Table(
        what=what,
        claim=Claim.SYNTHETIC,
        rows=count,
        columns=(1, *found.shape)[-1],
        classes=aim.classes if aim else 0,
        arrays=lambda ask: _arrays(found, aim, count, ask),
        batch=min(32, count),
        stratified=False,
        why=f"{what}; {found.why}",
    )


def _arrays(found: Sample, aim: Goal | None, count: int, ask: Ask) -> list[str]:
    x = Named(ask.x, found.inputs[0])
    lines = learnable([x], ask.y, aim if ask.wants_y else None, count, ask.imports)
    lines += converted(x, ask.values, ask.imports)
    if not ask.wants_y:
        return lines
    if aim is None:
        return [*lines, f"{ask.y} = {ask.x}"]
    return lines + converted_target(ask.y, aim, ask.values, ask.imports)


def _target_reads(need: Need, scene: Scene) -> list[ast.expr]:
    """Where the targets are read, by their own name or out of a batch."""
    reads: list[ast.expr] = []
    for wanted in need.wanted:
        if wanted.form is Form.TARGETS:
            reads += scene.reads(wanted.name)
        elif (taken := batch(wanted.name, scene)) is not None:
            reads += taken.reads.get(1, [])
    return reads
