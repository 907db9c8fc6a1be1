"""One real batch through a copy of the model: what goes in, what comes out, and what the targets are.

The copy runs in eval mode without gradients, and every random state is put back.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from dlexamples.repair.live import is_module, torch_module, undisturbed
from dlexamples.repair.torch_training import forms

ROWS = 64


@dataclass(frozen=True, slots=True)
class Sample:
    """A batch as the model takes it."""

    inputs: Any
    targets: Any
    outputs: Any
    input_dtype: Any = None
    """What the inputs have to be cast to; None when they fit as they are."""


def sample_of(model: Any, inputs: Any, targets: Any) -> Sample | None:
    """The batch through the model, with the first of these casts of the inputs that the model takes: none, its
    parameters' type, integers. None when it takes none of them."""
    torch = torch_module()
    if not forms.is_tensor(inputs):
        return None
    device, dtype = parameter_form(model)
    for cast in (None, dtype, torch.int64):
        outputs = _outputs(model, inputs.to(device) if cast is None else inputs.to(device, cast))
        if forms.is_tensor(outputs):
            return Sample(inputs, targets, outputs, cast)
        if isinstance(outputs, (tuple, dict)):
            return None
    return None


def expected_sample(model: Any, *, classes: bool) -> Sample | None:
    """A batch of the form that data for this model will have when it is supplied: integer labels for a loss over
    classes, one column of floats for any other. None when the first layer does not tell its inputs' width."""
    torch = torch_module()
    first = next((module for module in model.modules() if not list(module.children())), None)
    width = getattr(first, "in_features", None)
    if width is None:
        return None
    targets = torch.zeros(ROWS, dtype=torch.int64) if classes else torch.zeros(ROWS, 1)
    return sample_of(model, torch.zeros(ROWS, width), targets)


def parameter_form(model: Any) -> tuple[Any, Any]:
    """The device and the floating-point type of the model's parameters."""
    torch = torch_module()
    parameters = [p for p in model.parameters() if p.is_floating_point()]
    if not parameters:
        return torch.device("cpu"), torch.get_default_dtype()
    return parameters[0].device, parameters[0].dtype


def as_tensor(value: Any) -> Any:
    """Rows from all over an array in any form, or None: labels are often sorted."""
    torch = torch_module()
    if forms.is_frame(value):
        value = value.to_numpy()
    try:
        chosen = value[:: max(1, len(value) // ROWS)]
        return chosen if forms.is_tensor(value) else torch.tensor(chosen)
    except (TypeError, ValueError, RuntimeError):
        return None


def first_batch(batches: Any) -> Any:
    """The first of the batches, or None: an iterator would be used up by looking."""
    if hasattr(batches, "__next__"):
        return None
    if getattr(batches, "num_workers", 0):
        return collated(batches.dataset)
    try:
        with undisturbed():
            return next(iter(batches), None)
    except Exception:  # a data set's own code may raise anything
        return None


def collated(dataset: Any) -> Any:
    """The first rows of a map-style data set as a batch, or None."""
    torch = torch_module()
    try:
        with undisturbed():
            count = min(len(dataset), ROWS)
            return torch.utils.data.default_collate([dataset[row] for row in range(count)])
    except Exception:  # a data set's own code may raise anything
        return None


def _outputs(model: Any, inputs: Any) -> Any:
    torch = torch_module()
    if not is_module(model):
        return None
    try:
        with undisturbed(), torch.no_grad():
            return copy.deepcopy(model).eval()(inputs)
    except Exception:  # the model does not take these inputs
        return None
