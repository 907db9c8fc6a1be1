"""Casts of the targets that hold for every run of a place, when others bring other data, models or losses."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.torch_training.activation import last_activation
from dlexamples.repair.torch_training.contract import Cast, is_class_loss, is_of_torch, takes_classes, takes_logits
from dlexamples.repair.torch_training.refusal import CannotMend
from dlexamples.repair.torch_training.repeats import has_other_values, runs_again

if TYPE_CHECKING:
    from dlexamples.repair.torch_training.bound import Objective
    from dlexamples.repair.torch_training.call import KerasCall
    from dlexamples.repair.torch_training.data import Source

SAME_ROWS = ("{}", "{}.unsqueeze(1)", "{}.squeeze(1)")
"""Forms that `view_as` the outputs stands for: a figure a row, in one dimension or two."""


def steady(call: KerasCall, source: Source, objective: Objective, *data: str) -> Source:
    """The source with casts that are right for the others too. Raises CannotMend when there are none."""
    other_losses = objective.varies and runs_again(call)
    other_data = has_other_values(call, call.receiver, *data)
    if not other_losses and not other_data:
        return source
    if other_losses and _is_mixed(objective):
        return _untouched(source, objective)
    if takes_classes(objective.loss, source.sample) or not other_data:
        return source
    return _with_outputs_shape(source, objective)


def check_activation(call: KerasCall, loss: Any) -> None:
    """Raises CannotMend when a loss that fits how this model ends may be wrong for others at the place."""
    kind = "sigmoid" if takes_logits(loss) else "softmax" if is_class_loss(loss) else ""
    if not kind or not has_other_values(call, call.receiver):
        return
    own = last_activation(call.module) == kind
    models = [value for value in live.scope(call.stop).values() if live.is_module(value) and list(value.parameters())]
    ends = [last_activation(model) == kind for model in models]
    written = re.compile(rf"(?i)\b{kind}\([^()]*\)\s*,?\s*\)|return\s+[\w.]*\b{kind}\(")
    if not own:
        ends += [True for source in call.stop.published if written.search(source)]
    if any(end != own for end in ends):
        raise CannotMend(f"some models of the session end in a {kind} and others do not, and they need other losses")


def _is_mixed(objective: Objective) -> bool:
    """Losses over classes beside element-wise ones, or losses that cannot be told."""
    kinds = {is_class_loss(loss) for loss in (objective.loss, *objective.others)}
    return not objective.others or len(kinds) > 1


def _untouched(source: Source, objective: Objective) -> Source:
    """torch's losses refuse, or warn of, targets that do not fit; a cast for one loss would hide that from another."""
    if source.casts[1].changes:
        raise CannotMend("other runs of it train with other losses, and the targets that one wants another does not")
    if "accuracy" in objective.metrics.values():
        raise CannotMend("other runs of it train with other losses, for which an accuracy is counted otherwise")
    return source


def _with_outputs_shape(source: Source, objective: Objective) -> Source:
    sample, cast = source.sample, source.casts[1]
    if sample is None:
        return source
    small = sample.outputs.dim() <= 2 and sample.targets.dim() <= 2
    if small and cast.form in SAME_ROWS:
        return replace(source, casts=(source.casts[0], Cast(cast.dtype)), takes_outputs_shape=True)
    if cast.form == "{}" and is_of_torch(objective.loss):
        return source
    raise CannotMend(
        "other runs of it bring other data, and the form that these targets need may be wrong for the others"
    )
