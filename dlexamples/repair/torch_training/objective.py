"""Losses, optimizers and metrics as Keras takes them (strings, classes, objects) in torch's terms.

Names are looked up in the installed `torch.nn` and `torch.optim`; a table holds true synonyms only. Keras's names:
https://keras.io/api/losses/, https://keras.io/api/optimizers/, https://keras.io/api/metrics/.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.torch_training.activation import last_activation
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from collections.abc import Callable

    from dlexamples.model import Stop

CLASSES = "CrossEntropyLoss"
BINARY = "BCELoss"
SYNONYMS = {
    "categoricalcrossentropy": CLASSES, "sparsecategoricalcrossentropy": CLASSES, "softmaxcrossentropy": CLASSES,
    "binarycrossentropy": BINARY, "meansquarederror": "MSELoss", "meanabsoluteerror": "L1Loss", "mae": "L1Loss",
    "negativeloglikelihood": "NLLLoss", "kullbackleiblerdivergence": "KLDivLoss", "kldivergence": "KLDivLoss",
}  # fmt: skip
METRICS = {
    "accuracy": "accuracy", "acc": "accuracy", "binaryaccuracy": "accuracy", "categoricalaccuracy": "accuracy",
    "sparsecategoricalaccuracy": "accuracy", "mae": "mae", "meanabsoluteerror": "mae", "mse": "mse",
    "meansquarederror": "mse",
}  # fmt: skip
LEARNING_RATES = {"SGD": "0.01"}
"""Keras's rate where torch's own default, or the lack of one, would hardly train."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A loss or an optimizer of the post in torch's terms."""

    code: str
    """Template code; a name when `bound`."""
    value: Any = None
    """The live object, or one just like it."""
    bound: bool = False
    """The code is a name that holds the object already."""
    note: str = ""
    """What a reader should know about the choice."""
    others: tuple[Any, ...] = ()
    """What it is on other runs of the place: live objects."""


def value_piece(stop: Stop, code: str) -> Piece:
    """A loss that is a class, an object or a function. Raises CannotMend for any other value."""
    torch = live.torch_module()
    value = live.value_of(stop, code)
    _check_home(stop, value, code)
    if value is live.MISSING:
        raise CannotMend(f"the value of the loss `{code}` is not known here")
    if isinstance(value, type) and issubclass(value, torch.nn.Module):
        return Piece(f"{code}()", value())
    if live.is_module(value) or (callable(value) and not isinstance(value, type)):
        return Piece(code, value, bound=code.isidentifier())
    raise CannotMend(f"`{code}` is no loss")


def named_loss(name: str, module: Any) -> Piece:
    """The loss of a Keras or torch spelling: `mse`, `cross_entropy`, `binary_crossentropy`. Raises CannotMend."""
    losses = {_plain(found).removesuffix("loss"): found for found in _losses()}
    plain = _plain(name).removesuffix("loss")
    found = SYNONYMS.get(plain) or losses.get(plain)
    if found is None:
        raise CannotMend(f"torch has no loss for '{name}'")
    found, note = _for_last_activation(found, last_activation(module))
    loss = getattr(live.torch_module().nn, found)
    if not makes(found):
        raise CannotMend(f"`{found}` needs arguments that `compile` does not give")
    return Piece(f"⟦torch.nn.{found}⟧()", loss(), note=note)


def is_binary(name: str) -> bool:
    plain = _plain(name).removesuffix("loss")
    return plain in ("bce", "bcewithlogits") or SYNONYMS.get(plain) == BINARY


def makes(loss: str) -> bool:
    """Whether the class of `torch.nn` can be made without arguments."""
    return not _required(getattr(live.torch_module().nn, loss))


def optimizer_piece(stop: Stop, code: str, receiver: str, module: Any, rate: str = "") -> Piece:
    """The optimizer that an argument of `compile` means, over the receiver's parameters. Raises CannotMend."""
    torch = live.torch_module()
    value = live.value_of(stop, code)
    _check_home(stop, value, code)
    parameters = f"{receiver}.parameters()"
    if isinstance(value, type) and issubclass(value, torch.optim.Optimizer):
        return Piece(f"{code}({parameters}{_rate(value.__name__, rate)})")
    if live.is_optimizer(value):
        if not holds_parameters(value, module):
            raise CannotMend(f"the optimizer `{code}` holds the parameters of another model than `{receiver}`")
        return Piece(code, value, bound=re.fullmatch(r"[\w.]+", code) is not None)
    made = _optimizer_call(stop, code, parameters)
    if made is None:
        raise CannotMend(f"it cannot be told which optimizer `{code}` is")
    return made


def named_optimizer(name: str, receiver: str, rate: str = "") -> Piece:
    """The optimizer of a Keras or torch spelling: `adam`, `SGD`, `rms_prop`. Raises CannotMend."""
    torch = live.torch_module()
    found = next((cls for cls in _optimizers() if _plain(cls) == _plain(name)), None)
    if found is None or "closure" in _required(getattr(torch.optim, found).step):
        raise CannotMend(f"torch has no optimizer for '{name}' that takes plain steps")
    return Piece(f"⟦torch.optim.{found}⟧({receiver}.parameters(){_rate(found, rate)})")


def holds_parameters(optimizer: Any, module: Any) -> bool:
    """Whether the optimizer updates parameters of this model, by identity."""
    theirs = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    return any(id(parameter) in theirs for parameter in module.parameters())


def metric_names(stop: Stop, code: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """What `metrics=` lists, as {the author's name: accuracy, mae or mse}, and what a loop does not compute."""
    value = live.value_of(stop, code)
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        return {}, (code,)
    found = {name: METRICS.get(_plain(name), "") for name in names}
    known = {name: kind for name, kind in found.items() if kind}
    return known, tuple(name for name in names if not found[name])


def _check_home(stop: Stop, value: Any, code: str) -> None:
    """Raises CannotMend for what Keras makes."""
    called = ast.parse(code.strip(), mode="eval").body
    if value is live.MISSING and isinstance(called, ast.Call):
        value = live.value_of(stop, ast.unparse(called.func))
    home = (value if isinstance(value, type) or hasattr(value, "__name__") else type(value)).__module__
    if value is not live.MISSING and str(home).partition(".")[0] in ("keras", "tensorflow", "tf_keras"):
        raise CannotMend(f"`{code}` is an object of Keras, which computes on tensors of its own")


def _optimizer_call(stop: Stop, code: str, parameters: str) -> Piece | None:
    """`Adam(model.parameters())` as it is; `Adam(lr=0.1)` and `Adam(0.1)` with the parameters put first."""
    torch = live.torch_module()
    try:
        call = ast.parse(code, mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(call, ast.Call):
        return None
    made = live.value_of(stop, ast.unparse(call.func))
    if not (isinstance(made, type) and issubclass(made, torch.optim.Optimizer)):
        return None
    keywords = {"lr" if k.arg == "learning_rate" else str(k.arg): ast.unparse(k.value) for k in call.keywords}
    values = [ast.unparse(argument) for argument in call.args]
    if "params" in keywords or any(".parameters()" in value for value in values):
        return Piece(code)
    if len(values) > 1 or (values and not isinstance(live.value_of(stop, values[0]), (int, float))):
        return None
    rate = {"lr": values[0]} if values else {}
    options = "".join(f", {name}={value}" for name, value in (rate | keywords).items())
    return Piece(f"{ast.unparse(call.func)}({parameters}{options})")


def _for_last_activation(loss: str, activation: str) -> tuple[str, str]:
    """The loss whose input is what the model gives: logits, probabilities or their logarithms."""
    if loss == CLASSES and activation == "softmax":
        return "NLLLoss", (
            "the model already ends in a softmax, and CrossEntropyLoss would apply another: "
            "NLLLoss takes the logarithm of the probabilities"
        )
    if loss == CLASSES and activation == "log_softmax":
        return "NLLLoss", "the model already gives log-probabilities, which is what NLLLoss takes"
    if loss == BINARY and activation not in ("sigmoid", "softmax"):
        return "BCEWithLogitsLoss", "the model does not end in a sigmoid, so the loss takes logits"
    return loss, ""


def _losses() -> list[str]:
    return [name for name in live.torch_module().nn.modules.loss.__all__ if name.endswith("Loss")]


def _optimizers() -> list[str]:
    torch = live.torch_module()
    classes = inspect.getmembers(torch.optim, inspect.isclass)
    return [name for name, cls in classes if issubclass(cls, torch.optim.Optimizer) and name != "Optimizer"]


def _rate(optimizer: str, rate: str) -> str:
    rate = rate or LEARNING_RATES.get(optimizer, "")
    return f", lr={rate}" if rate else ""


def _required(function: Callable[..., Any]) -> set[str]:
    parameters = inspect.signature(function).parameters.values()
    fixed = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {p.name for p in parameters if p.default is p.empty and p.kind in fixed}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
