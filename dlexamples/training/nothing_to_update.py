"""DL412 and DL413: updates without gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training


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
def optimizer_of_others(training: Training) -> Iterator[Finding]:
    for optimizer in training.optimizers:
        if not optimizer.steps or optimizer.had_gradients or not training.backwards:
            continue
        yield Finding(
            optimizer.line,
            f"`{optimizer.name}` holds none of the parameters that `backward` gives gradients to: its "
            f"{optimizer.steps} updates change nothing",
            "make the optimizer from the parameters of the model that is trained, once that model is what it will be",
            "holds other parameters",
            ((optimizer.step_line, "updates nothing"),),
        )
