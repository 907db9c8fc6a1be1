"""What a loss wants of its targets, and the casts that make it so, from one real batch.

torch's losses document `input` and `target` shapes under https://docs.pytorch.org/docs/stable/nn.html#loss-functions.
Element-wise losses broadcast (N, 1) against (N,) to (N, N) with no more than a warning: the loop never lets them.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.repair.live import torch_module, undisturbed
from dlexamples.repair.torch_training.forms import is_tensor
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from dlexamples.repair.torch_training.probe import Sample

CLASS_LOSSES = frozenset({"CrossEntropyLoss", "NLLLoss", "cross_entropy", "nll_loss"})
LOGITS = frozenset({"BCEWithLogitsLoss", "binary_cross_entropy_with_logits"})
BINARY = LOGITS | {"BCELoss", "binary_cross_entropy"}
CASTS = {"float32": "float()", "float64": "double()", "int64": "long()", "float16": "half()", "bfloat16": "bfloat16()"}

ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
"""What a method call can follow without parentheses."""


@dataclass(frozen=True, slots=True)
class Cast:
    """How an array becomes what the model or the loss takes."""

    dtype: str = ""
    """`float32`, or '' to keep the type."""
    form: str = "{}"
    """Template code around the tensor."""
    note: str = ""

    def of(self, code: str, *, tensor: bool = True) -> str:
        """The code of the tensor after the cast; `code` is an array or numbers when not a `tensor`."""
        if not tensor:
            dtype = f", dtype=⟦torch.{self.dtype}⟧" if self.dtype else ""
            return self.form.format(f"⟦torch.tensor⟧({code}{dtype})")
        if self.changes and not isinstance(ast.parse(code.strip(), mode="eval").body, ATOMS):
            code = f"({code})"
        return self.form.format(f"{code}.{CASTS[self.dtype]}" if self.dtype else code)

    @property
    def changes(self) -> bool:
        return bool(self.dtype) or self.form != "{}"


def name_of(loss: Any) -> str:
    """`MSELoss` for an instance, `mse_loss` for a function."""
    return getattr(loss, "__name__", type(loss).__name__)


def is_class_loss(loss: Any) -> bool:
    return name_of(loss) in CLASS_LOSSES


def is_of_torch(loss: Any) -> bool:
    home = loss if hasattr(loss, "__name__") else type(loss)
    return str(home.__module__).partition(".")[0] == "torch"


def takes_logits(loss: Any) -> bool:
    return name_of(loss) in LOGITS


def is_sequence(sample: Sample | None) -> bool:
    """A class for each step, and outputs (N, steps, classes) as Keras has them: torch wants (N, classes, steps)."""
    if sample is None or not is_tensor(sample.targets) or sample.outputs.dim() != 3:
        return False
    return bool(sample.targets.shape == sample.outputs.shape[:2])


def are_two_scores(sample: Sample | None) -> bool:
    """Two outputs a row for one label that is 0 or 1."""
    if sample is None or not is_tensor(sample.targets) or sample.outputs.dim() != 2 or sample.outputs.shape[1] != 2:
        return False
    labels = sample.targets
    one_column = labels.dim() == 1 or (labels.dim() == 2 and labels.shape[1] == 1)
    return one_column and set(labels.flatten().tolist()) <= {0, 1}


def input_cast(sample: Sample | None) -> Cast:
    if sample is None or sample.input_dtype is None:
        return Cast()
    return Cast(_dtype_name(sample.input_dtype))


def target_cast(loss: Any, sample: Sample | None) -> Cast:
    """The cast of the targets for this loss and the outputs of the sample."""
    if sample is None or not is_tensor(sample.targets):
        return Cast()
    if is_class_loss(loss):
        return _class_targets(loss, sample)
    if takes_classes(loss, sample):
        return Cast()
    return _elementwise_targets(loss, sample)


def takes_classes(loss: Any, sample: Sample | None) -> bool:
    """Whether a loss computes on class numbers for several outputs; one of the post itself is asked by calling it."""
    if is_class_loss(loss):
        return True
    if sample is None or is_of_torch(loss):
        return False
    targets, outputs = sample.targets, sample.outputs
    if targets.is_floating_point() or outputs.dim() != 2 or outputs.shape[1] == 1 or targets.dim() != 1:
        return False
    rows = len(outputs) - (len(outputs) == outputs.shape[1])  # square, it would broadcast unnoticed
    pair = (outputs[:rows], targets[:rows].to(outputs.device))
    try:
        with undisturbed():
            value = copy.deepcopy(loss)(*(reversed(pair) if targets_first(loss) else pair))
    except Exception:  # the loss does not take them
        return False
    return is_tensor(value) and value.numel() == 1


def targets_first(loss: Any) -> bool:
    """Keras hands a loss function (y_true, y_pred); torch's own take (input, target)."""
    code = getattr(loss, "__code__", None)
    if code is None or is_of_torch(loss):
        return False
    return any(word in name for name in code.co_varnames[:1] for word in ("true", "target", "label", "gt"))


def _class_targets(loss: Any, sample: Sample) -> Cast:
    targets, outputs = sample.targets, sample.outputs
    indices = "" if _dtype_name(targets.dtype) == "int64" else "int64"
    if is_sequence(sample) and outputs.shape[1] == outputs.shape[2]:
        raise CannotMend("the outputs have as many steps as classes, so which dimension holds the classes is not known")
    if targets.dim() == outputs.dim() - 1:
        return Cast(indices)
    if targets.dim() == outputs.dim() and targets.shape[1] == 1:
        return Cast(indices, "{}.squeeze(1)")
    if targets.shape == outputs.shape and name_of(loss) in ("NLLLoss", "nll_loss"):
        return Cast("", "{}.argmax(dim=1)")
    if targets.shape == outputs.shape:
        return Cast("" if targets.dtype == outputs.dtype else _dtype_name(outputs.dtype))
    return Cast()


def _elementwise_targets(loss: Any, sample: Sample) -> Cast:
    targets, outputs = sample.targets, sample.outputs
    dtype = "" if targets.dtype == outputs.dtype else _dtype_name(outputs.dtype)
    if targets.shape == outputs.shape:
        return Cast(dtype)
    if targets.dim() == 1 and outputs.shape == (*targets.shape, 1):
        return Cast(dtype, "{}.unsqueeze(1)")
    if outputs.dim() == 1 and targets.shape == (*outputs.shape, 1):
        return Cast(dtype, "{}.squeeze(1)")
    if targets.flatten(1).shape == outputs.shape if targets.dim() > 2 else False:
        return Cast(dtype, "{}.flatten(1)")
    if outputs.dim() == 2 and targets.shape in ((len(outputs),), (len(outputs), 1)):
        if name_of(loss) in BINARY:
            width = outputs.shape[1]
            raise CannotMend(f"the loss is binary, and the model gives {width} values a row for one target")
        return _one_target_for_many_outputs(dtype, sample)
    return Cast(dtype)


def _one_target_for_many_outputs(dtype: str, sample: Sample) -> Cast:
    width = sample.outputs.shape[1]
    column = "{}" if sample.targets.dim() == 2 else "{}.unsqueeze(1)"
    if _are_classes(sample.targets, width):
        flat = "{}.squeeze(1)" if sample.targets.dim() == 2 else "{}"
        cast = CASTS[_dtype_name(sample.outputs.dtype)]
        form = f"⟦torch.nn.functional.one_hot⟧({flat}, {width}).{cast}"
        whole = "" if _dtype_name(sample.targets.dtype) == "int64" else "int64"
        return Cast(whole, form, f"the class numbers become one-hot rows for the {width} outputs")
    return Cast(
        dtype,
        f"{column}.expand(-1, {width})",
        f"the model gives {width} values a row for one target, so each of them is trained towards it",
    )


def _are_classes(targets: Any, width: int) -> bool:
    """Integers that use exactly the classes 0 … width - 1."""
    if targets.is_floating_point():
        return False
    return bool(targets.unique().tolist() == list(range(width)))


def _dtype_name(dtype: Any) -> str:
    known = (name for name in CASTS if getattr(torch_module(), name) == dtype)
    return next(known, str(dtype).removeprefix("torch."))
