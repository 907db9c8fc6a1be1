"""DL412 and DL413: updates without gradients, and what no update reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Fit, Optimizer, Training

MOST_NAMED = 3


@check("DL412")
def step_without_backward(training: Training) -> Iterator[Finding]:
    computed = any(loss.calls for loss in training.computed if loss.framework == "torch")
    if training.backwards or not computed:
        return
    for optimizer in training.optimizers:
        if optimizer.steps and not optimizer.had_gradients:
            yield Finding(
                optimizer.step_line,
                f"`{optimizer.name}.step()` without `backward`: there are no gradients, and {optimizer.steps} updates "
                "change nothing",
                "`loss.backward()` before `step()`",
                "nothing is updated",
            )


@check("DL413")
def nothing_is_trained(training: Training) -> Iterator[Finding]:
    for optimizer in training.optimizers:
        if optimizer.framework == "torch":
            yield from _holds_others(training, optimizer)
        else:
            yield from _gets_few_gradients(optimizer)
    for fit in training.fits:
        yield from _is_frozen(fit)


def _holds_others(training: Training, optimizer: Optimizer) -> Iterator[Finding]:
    if not optimizer.steps or optimizer.had_gradients or not training.backwards:
        return
    yield Finding(
        optimizer.line,
        f"`{optimizer.name}` holds none of the parameters that `backward` gives gradients to: its "
        f"{optimizer.steps} updates change nothing",
        "make the optimizer from the parameters of the model that is trained, once that model is what it will be",
        "holds other parameters",
        ((optimizer.step_line, "updates nothing"),),
    )


def _gets_few_gradients(optimizer: Optimizer) -> Iterator[Finding]:
    """Where no variable at all gets one Keras stops with an error. A few that a model keeps unused are meant."""
    left = len(optimizer.without)
    if not optimizer.steps or 2 * left <= optimizer.variables:
        return
    listed = ", ".join(f"`{name}`" for name in optimizer.without[:MOST_NAMED]) + ", …" * (left > MOST_NAMED)
    yield Finding(
        optimizer.step_line,
        f"{left} of {optimizer.variables} variables get no gradient, and no update changes them: {listed}",
        "look for what the loss does not depend on, or has no gradient through: `argmax`, `round`, `numpy`, a layer "
        "that is not called",
        "most of the variables get no gradient",
        ((optimizer.line, "the optimizer is made here"),),
    )


def _is_frozen(fit: Fit) -> Iterator[Finding]:
    if not fit.history.get("loss") or fit.trainable or not fit.layers:
        return
    yield Finding(
        fit.line,
        f"`{fit.model}` has no variable that is trained: every layer is frozen, or has no weights, and `fit` updates "
        "nothing",
        "leave the layers that are to learn trainable, and compile again after a change of `trainable`",
        "updates nothing",
        ((fit.compile_line, "compiled here"),) if fit.compile_line else (),
    )
