"""torch's optimizer over a Keras model, Keras's over a torch module, and torch's over a module itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, refusal, replaced
from dlexamples.repair.idioms.failed import failed_call, missing_attribute
from dlexamples.repair.idioms.optimizers import keras_optimizer, torch_optimizer
from dlexamples.repair.idioms.spelling import resolved, spelled
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "optimizer_of_other"


@rule
def optimizer_of_other(stop: Stop) -> Iterator[Proposal]:
    found = _optimizer_call(stop)
    if found is None:
        return
    tree, call, cls = found
    first = call.args[0].value
    base = resolved("torch.optim.Optimizer")
    if isinstance(base, type) and issubclass(cls, base):
        value = live.value_of(stop, tree.module.code_for_node(first))
        if live.is_module(value):
            code = f"{tree.text(first)}.parameters()"
            yield answer(
                stop,
                RULE,
                replaced(stop, tree, first, code),
                f"`{tree.text(call.func)}` takes parameters, and `{tree.text(first)}` is a module",
                f"give it `{code}`",
                safe=True,
                label="a module, not its parameters",
            )
        elif _is_of_keras(stop, tree, first):
            yield from _other(stop, tree, call, cls, "Keras")
    elif _is_of_torch(stop, tree, first):
        yield from _other(stop, tree, call, cls, "PyTorch")


def _other(stop: Stop, tree: edit.Tree, call: cst.Call, cls: type, library: str) -> Iterator[Proposal]:
    message = f"`{tree.text(call.func)}` cannot train this model, which is one of {library}"
    try:
        path, arguments = (keras_optimizer if library == "Keras" else torch_optimizer)(tree, call, cls)
    except CannotMend as reason:
        yield refusal(stop, RULE, f"{message}; no fix is offered because {reason}", "", label="another library's")
        return
    name, imports = spelled(stop, path)
    code = f"{name}({arguments})"
    given = "it is given its variables by `compile`" if library == "Keras" else "over the module's parameters"
    yield answer(
        stop,
        RULE,
        replaced(stop, tree, call, code, imports),
        message,
        f"make {library}'s optimizer, `{code}`; {given}",
        label="another library's",
    )


def _optimizer_call(stop: Stop) -> tuple[edit.Tree, cst.Call, type] | None:
    """The call of an optimizer's class that failed, or whose first argument did."""
    bases = tuple(
        found
        for path in ("torch.optim.Optimizer", "keras.optimizers.Optimizer")
        if isinstance(found := resolved(path), type)
    )
    missing = missing_attribute(stop)
    exact = failed_call(stop)
    tree = missing.tree if missing else exact[0] if exact else None
    calls = edit.calls_at(tree, stop.at) if tree and missing else [exact[1]] if exact else []
    for call in calls:
        cls = live.value_of(stop, tree.module.code_for_node(call.func)) if tree else None
        if tree and isinstance(cls, type) and issubclass(cls, bases) and call.args and call.args[0].keyword is None:
            return tree, call, cls
    return None


def _is_of_keras(stop: Stop, tree: edit.Tree, node: cst.BaseExpression) -> bool:
    """`model.parameters()` of a Keras model, or its variables."""
    layer, variable = resolved("keras.Layer"), resolved("keras.Variable")
    if not isinstance(layer, type):
        return False
    value = live.value_of(stop, tree.module.code_for_node(node))
    if isinstance(value, (list, tuple)) and value:
        return all(isinstance(part, variable) for part in value)
    return isinstance(_asked(stop, tree, node), layer)


def _is_of_torch(stop: Stop, tree: edit.Tree, node: cst.BaseExpression) -> bool:
    return "torch" in sys.modules and live.is_module(_asked(stop, tree, node))


def _asked(stop: Stop, tree: edit.Tree, node: cst.BaseExpression) -> Any:
    """The object that `….parameters()` is asked of."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return live.MISSING
    if node.func.attr.value != "parameters":
        return live.MISSING
    return live.value_of(stop, tree.module.code_for_node(node.func.value))
