"""DL415 and DL416: dropout and batch norm in the mode of the other half."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, Remedy, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Model, Training

FEWEST = 2


@check("DL415")
def trained_in_evaluation_mode(training: Training) -> Iterator[Finding]:
    for model in training.models:
        if not model.random or model.eval_steps < FEWEST:
            continue
        yield Finding(
            model.eval_line,
            f"`{model.name}` is trained in evaluation mode, in {model.eval_steps} of {model.steps} updates: "
            f"{_layers(model)} as in use, and not as in training",
            "`model.train()` before each epoch's training",
            "in evaluation mode",
            remedy=Remedy("training mode", model.eval_line),
        )


@check("DL416")
def evaluated_in_training_mode(training: Training) -> Iterator[Finding]:
    for model in training.models:
        if not model.random or not model.evaluated_line or not model.supervised:
            continue
        yield Finding(
            model.evaluated_line,
            f"`{model.name}` is evaluated in training mode: {_layers(model)} as in training, so that what it gives is "
            "not what the trained model gives",
            "`model.eval()` before, and `model.train()` before training goes on",
            "in training mode",
            remedy=Remedy("evaluation mode", model.evaluated_line),
        )


def _layers(model: Model) -> str:
    names = " and ".join(f"`{name}`" for name in model.random[:3])
    return f"its {names} {'works' if len(model.random) == 1 else 'work'}"
