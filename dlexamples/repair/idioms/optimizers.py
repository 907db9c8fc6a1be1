"""An optimizer of one library written as the other's: the same rule with the same settings."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair.idioms.spelling import resolved
from dlexamples.repair.live import MISSING
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from dlexamples.repair import edit

KERAS_NAMES = {"lr": "learning_rate", "eps": "epsilon", "alpha": "rho"}
SAME = ("momentum", "nesterov", "amsgrad", "weight_decay")
DECOUPLED = ("AdamW",)
"""Where both libraries take the weight decay from the weights and not into the gradient."""


def keras_optimizer(tree: edit.Tree, call: cst.Call, cls: type) -> tuple[str, str]:
    """The dotted name and the arguments of Keras's optimizer for a call of torch's. Raises CannotMend."""
    path, counterpart = _counterpart("keras.optimizers", cls)
    settings: dict[str, str] = {}
    for name, value in _settings(tree, call, cls).items():
        if name == "betas" and isinstance(value, (cst.Tuple, cst.List)) and len(value.elements) == 2:
            settings |= {f"beta_{n}": tree.text(e.value) for n, e in enumerate(value.elements, 1)}
            continue
        known = KERAS_NAMES.get(name, name)
        if name == "weight_decay" and cls.__name__ not in DECOUPLED:
            raise CannotMend(f"Keras's `{cls.__name__}` applies `weight_decay` otherwise")
        if name not in (*KERAS_NAMES, *SAME) or known not in inspect.signature(counterpart).parameters:
            raise CannotMend(f"Keras's `{cls.__name__}` has no `{name}`")
        settings[known] = tree.text(value)
    for name, known in {"lr": "learning_rate", "weight_decay": "weight_decay"}.items():
        theirs, ours = _default(counterpart, known), _default(cls, name)
        wanted = name == "lr" or cls.__name__ in DECOUPLED
        if wanted and known not in settings and theirs != ours:
            settings[known] = repr(ours)
    return path, ", ".join(f"{name}={code}" for name, code in settings.items())


def torch_optimizer(tree: edit.Tree, call: cst.Call, cls: type) -> tuple[str, str]:
    """The dotted name and the arguments of torch's optimizer for a call of Keras's that is given parameters."""
    path, counterpart = _counterpart("torch.optim", cls)
    back = {known: name for name, known in KERAS_NAMES.items()}
    settings = {}
    for argument in call.args[1:]:
        name = argument.keyword.value if argument.keyword else ""
        known = back.get(name, name)
        if known == "weight_decay" and cls.__name__ not in DECOUPLED:
            raise CannotMend(f"torch's `{cls.__name__}` applies `weight_decay` otherwise")
        if known not in inspect.signature(counterpart).parameters:
            raise CannotMend(f"torch's `{cls.__name__}` has no `{name or tree.text(argument)}`")
        settings[known] = tree.text(argument.value)
    if "lr" not in settings and _default(counterpart, "lr") != _default(cls, "learning_rate"):
        settings["lr"] = repr(_default(cls, "learning_rate"))
    first = tree.text(call.args[0].value)
    return path, ", ".join([first, *(f"{name}={code}" for name, code in settings.items())])


def _counterpart(home: str, cls: type) -> tuple[str, Any]:
    path = f"{home}.{cls.__name__}"
    found = resolved(path)
    if found is MISSING:
        raise CannotMend(f"`{home}` has no `{cls.__name__}`")
    return path, found


def _settings(tree: edit.Tree, call: cst.Call, cls: type) -> dict[str, cst.BaseExpression]:
    """The arguments behind the parameters, by torch's names."""
    names = list(inspect.signature(cls).parameters)
    found = {}
    for position, argument in enumerate(call.args):
        if argument.star:
            raise CannotMend(f"what `{tree.text(argument)}` holds is not written at the call")
        name = argument.keyword.value if argument.keyword else names[position]
        if name != names[0]:
            found[name] = argument.value
    return found


def _default(cls: Any, name: str) -> Any:
    parameter = inspect.signature(cls).parameters.get(name)
    return parameter.default if parameter else MISSING
