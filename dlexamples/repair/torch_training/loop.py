"""The text of the loops, as a PyTorch tutorial prints them: https://docs.pytorch.org/tutorials/beginner/basics/.

Every figure is a mean: of a loss over the batches, of a metric over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from dlexamples.repair.names import free_name
from dlexamples.repair.torch_training.contract import Cast, is_class_loss, is_sequence, takes_classes, takes_logits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dlexamples.model import Stop
    from dlexamples.repair.torch_training.bound import Objective
    from dlexamples.repair.torch_training.data import Source


@dataclass(frozen=True, slots=True)
class Names:
    """What the loop calls its parts, free where it will stand."""

    epoch: str
    inputs: str
    targets: str
    outputs: str
    loss: str
    batch: str


def names_for(stop: Stop) -> Names:
    return Names(*(free_name(stop, part.name) for part in fields(Names)))


@dataclass(frozen=True, slots=True)
class Step:
    """The model on one batch: what training, validation and evaluation share."""

    model: str
    objective: Objective
    names: Names

    def forward(self, inputs: str) -> str:
        """The outputs; their logarithm where the loss takes that."""
        return f"{self.model}({inputs})" + logarithm(self.objective)

    def criterion(self, outputs: str, targets: str, source: Source) -> str:
        targets = self.aligned(targets, source)
        outputs += ".transpose(1, 2)" if is_class_loss(self.objective.loss) and is_sequence(source.sample) else ""
        pair = (targets, outputs) if self.objective.targets_first else (outputs, targets)
        return f"{self.objective.criterion}({', '.join(pair)})"

    def aligned(self, targets: str, source: Source) -> str:
        return f"{targets}.view_as({self.names.outputs})" if source.takes_outputs_shape else targets

    def names_outputs(self, figures: Mapping[str, str], source: Source) -> bool:
        """Whether the outputs are used more than once."""
        return bool(figures.keys() - {"loss"}) or source.takes_outputs_shape

    def metric(self, kind: str, targets: str, source: Source) -> str:
        """A tensor with one value a row."""
        outputs, targets = self.names.outputs, self.aligned(targets, source)
        if kind == "mae":
            return f"({outputs} - {targets}).abs()"
        if kind == "mse":
            return f"({outputs} - {targets}).square()"
        if takes_classes(self.objective.loss, source.sample):
            labels = f"{targets}.argmax(dim=1)" if _is_one_hot(source) else targets
            dim = 2 if is_sequence(source.sample) else 1
            return f"({outputs}.argmax(dim={dim}) == {labels})"
        if takes_logits(self.objective.loss):
            return f"(({outputs} > 0) == {targets})"
        if _columns(source) > 1 and "expand" not in source.casts[1].form:
            return f"({outputs}.argmax(dim=1) == {targets}.argmax(dim=1))"
        return f"(({outputs} > 0.5) == {targets})"


def logarithm(objective: Objective) -> str:
    """NLLLoss takes log-probabilities: what turns the outputs of a softmax into them."""
    return ".clamp(min=1e-7).log()" if objective.takes_logarithm else ""


def batch_lines(source: Source, names: Names) -> list[str]:
    """One line that brings a batch to the model's device, type and shape; none when it fits."""
    move = f".to({source.device})" if source.device else ""
    casts = (Cast(), Cast()) if source.is_cast else source.casts
    parts = [
        (name, cast.of(name + move))
        for name, cast in zip((names.inputs, names.targets), casts, strict=True)
        if move or cast.changes
    ]
    if not parts:
        return []
    return [f"{', '.join(name for name, _ in parts)} = {', '.join(code for _, code in parts)}"]


def training_lines(step: Step, source: Source, figures: Mapping[str, str]) -> list[str]:
    """One epoch over the batches; `figures` names the mean loss under 'loss' and the metrics by their kinds."""
    names, loader = step.names, source.code
    forward = step.forward(names.inputs)
    body = [*batch_lines(source, names), f"{step.objective.optimizer}.zero_grad()"]
    if step.names_outputs(figures, source):
        body.append(f"{names.outputs} = {forward}")
        forward = names.outputs
    body += [
        f"{names.loss} = {step.criterion(forward, names.targets, source)}",
        f"{names.loss}.backward()",
        f"{step.objective.optimizer}.step()",
        *_running(step, source, figures, f"{names.loss}.item()"),
    ]
    return [*_zeros(figures), *_over(source, names, loader, body)]


def evaluation_lines(
    step: Step, source: Source, figures: Mapping[str, str], held: tuple[str, str] = ("", "")
) -> list[str]:
    """The figures over all rows, without gradients; model in eval mode. Arrays that need a cast are bound to the
    names `held`."""
    if source.form == "arrays":
        return _evaluation_of_arrays(step, source, figures, held)
    names = step.names
    forward = step.forward(names.inputs)
    body = batch_lines(source, names)
    if step.names_outputs(figures, source):
        body.append(f"{names.outputs} = {forward}")
        forward = names.outputs
    body += _running(step, source, figures, f"{step.criterion(forward, names.targets, source)}.item()")
    loop = _over(source, names, source.code, body)
    return [f"{step.model}.eval()", *_zeros(figures), "with ⟦torch.no_grad⟧():", *indented(loop)]


def indented(lines: Sequence[str]) -> list[str]:
    return ["    " + line for line in lines]


def _evaluation_of_arrays(step: Step, source: Source, figures: Mapping[str, str], held: tuple[str, str]) -> list[str]:
    setup, (inputs, targets) = array_names(source, held)
    names = step.names
    forward = step.forward(inputs)
    lines = []
    if step.names_outputs(figures, source):
        lines.append(f"{names.outputs} = {forward}")
        forward = names.outputs
    if "loss" in figures:
        lines.append(f"{figures['loss']} = {step.criterion(forward, targets, source)}.item()")
    for kind, name in figures.items():
        if kind != "loss":
            lines.append(f"{name} = {step.metric(kind, targets, source)}{_float(kind)}.mean().item()")
    return [*setup, f"{step.model}.eval()", "with ⟦torch.no_grad⟧():", *indented(lines)]


def array_names(source: Source, held: tuple[str, str]) -> tuple[list[str], tuple[str, ...]]:
    """Lines that bind the arrays to names once they need a cast, and the code to use for each."""
    lines: list[str] = []
    used: list[str] = []
    move = f".to({source.device})" if source.device else ""
    for array, cast, name in zip(source.arrays, source.casts, held, strict=False):
        code = array.code if source.is_cast else cast.of(array.code, tensor=array.is_tensor) + move
        if not code.replace(".", "").isidentifier():
            lines.append(f"{name} = {code}")
            code = name
        used.append(code)
    return lines, tuple(used)


def _running(step: Step, source: Source, figures: Mapping[str, str], loss: str) -> list[str]:
    """Lines that add a batch's share to each mean."""
    targets = step.names.targets
    count, rows = f"len({source.code})", f"len({source.code}.dataset)"
    moving = f" / {step.names.batch}"
    lines: list[str] = []
    for kind, name in figures.items():
        if kind == "loss":
            lines.append(f"{name} += {loss} / {count}" if source.is_sized else _moving(name, loss) + moving)
            continue
        value = step.metric(kind, targets, source)
        mean = f"{value}{_float(kind)}.mean().item()"
        if not source.is_sized:
            lines.append(_moving(name, mean) + moving)
        elif kind == "accuracy" and source.has_rows and _columns_compared(step, source) == 1:
            lines.append(f"{name} += {value}.sum().item() / {rows}")
        else:
            lines.append(f"{name} += {mean} / {count}")
    return lines


def _moving(name: str, value: str) -> str:
    """The mean so far, for batches whose number is not known before the end."""
    return f"{name} += ({value} - {name})"


def _over(source: Source, names: Names, loader: str, body: list[str]) -> list[str]:
    pair = f"{names.inputs}, {names.targets}"
    head = f"for {pair} in {loader}:"
    if not source.is_sized:
        head = f"for {names.batch}, ({pair}) in enumerate({loader}, start=1):"
    return [head, *indented(body)]


def _zeros(figures: Mapping[str, str]) -> list[str]:
    return [f"{', '.join(figures.values())} = {', '.join('0.0' for _ in figures)}"] if figures else []


def _float(kind: str) -> str:
    return ".float()" if kind == "accuracy" else ""


def _is_one_hot(source: Source) -> bool:
    sample, cast = source.sample, source.casts[1]
    if sample is None or sample.targets is None:
        return False
    return sample.targets.shape == sample.outputs.shape and "argmax" not in cast.form and _columns(source) > 1


def _columns(source: Source) -> int:
    sample = source.sample
    return 1 if sample is None or sample.outputs.dim() < 2 else int(sample.outputs.shape[1])


def _columns_compared(step: Step, source: Source) -> int:
    """How many comparisons a row gives; 2 for more than one."""
    if is_sequence(source.sample):
        return 2
    compared = not takes_classes(step.objective.loss, source.sample) and takes_logits(step.objective.loss)
    return _columns(source) if compared else 1
