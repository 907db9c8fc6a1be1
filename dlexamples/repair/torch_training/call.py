"""The Keras-style call that failed on a torch module, with its arguments under Keras's names.

https://keras.io/api/models/model_training_apis/ gives the parameters and their order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.signatures import accepts, has_own, public_name
from dlexamples.repair.torch_training.forms import is_array, is_batches, is_dataset
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dlexamples.model import Stop

ORDER = {
    "compile": ("optimizer", "loss", "metrics"),
    "fit": ("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data"),
    "train": ("x", "y", "epochs", "batch_size"),
    "evaluate": ("x", "y", "batch_size", "verbose"),
    "predict": ("x", "batch_size", "verbose"),
    "summary": (),
    "add": ("layer", "name"),
}
SAME = {
    "nb_epoch": "epochs", "n_epochs": "epochs", "num_epochs": "epochs", "epoch": "epochs",
    "data": "x", "dataset": "x", "loader": "x", "dataloader": "x", "train_loader": "x", "train_data": "x",
    "test_loader": "x", "test_data": "x", "inputs": "x", "x_train": "x", "x_test": "x",
    "labels": "y", "targets": "y", "y_train": "y", "y_test": "y",
    "criterion": "loss", "loss_fn": "loss", "loss_function": "loss", "optim": "optimizer", "opt": "optimizer",
    "lr": "learning_rate", "val_data": "validation_data", "val_loader": "validation_data",
    "metric": "metrics",
}  # fmt: skip
"""Other names that posts give to Keras's parameters."""

UNDERSTOOD = frozenset(name for names in ORDER.values() for name in names) | {
    "shuffle", "learning_rate", "name", "return_dict",
}  # fmt: skip
DROPPED = frozenset({
    "callbacks", "workers", "use_multiprocessing", "max_queue_size", "validation_batch_size", "validation_freq",
    "run_eagerly", "jit_compile", "steps_per_execution", "weighted_metrics", "auto_scale_loss",
})  # fmt: skip
"""Parameters without a counterpart in a plain loop whose absence the description mentions."""


@dataclass(frozen=True, slots=True)
class KerasCall:
    """A call on a live torch module, in the text as it is now."""

    stop: Stop
    block: int
    tree: edit.Tree
    node: cst.Call
    method: str
    receiver: str
    module: Any
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Code by Keras's parameter name."""
    problem: str = ""
    """Why its arguments cannot be told, or have no counterpart in a loop."""

    @property
    def label(self) -> str:
        kind = public_name(type(self.module))
        return f"`{self.receiver}` is a `{kind}`, which has no Keras-style `{self.method}`"

    @property
    def dropped(self) -> tuple[str, ...]:
        """Arguments that the loop leaves out, as written."""
        return tuple(name for name in self.arguments if name in DROPPED)

    def value(self, parameter: str) -> Any:
        """The argument's value; MISSING when it is not given or not known."""
        code = self.arguments.get(parameter)
        return live.MISSING if code is None else live.value_of(self.stop, code)


def failed_call(stop: Stop, *methods: str) -> KerasCall | None:
    """The call of one of the Keras methods that this stop is about."""
    return next(_failed_calls(stop, methods), None)


def _failed_calls(stop: Stop, methods: tuple[str, ...]) -> Iterator[KerasCall]:
    if not isinstance(stop.error, (AttributeError, TypeError, ValueError)) or live.torch_module() is None:
        return
    tree = edit.parse(stop.sources[stop.at.block])
    for node in edit.calls_at(tree, stop.at) if tree else ():
        called = read_call(stop, tree, node) if tree else None
        if called and called.method in methods and _is_refused(called, stop.error):
            yield called


def read_call(stop: Stop, tree: edit.Tree, node: cst.Call) -> KerasCall | None:
    """The call with its receiver looked up and its arguments named; None when it is no Keras-style method of a
    torch module."""
    if not isinstance(node.func, cst.Attribute) or (method := node.func.attr.value) not in ORDER:
        return None
    receiver = tree.module.code_for_node(node.func.value)
    module = live.value_of(stop, receiver)
    if not live.is_module(module):
        return None
    arguments, problem = {}, ""
    try:
        arguments = named_arguments(stop, tree, node, method)
    except CannotMend as reason:
        problem = str(reason)
    return KerasCall(stop, stop.at.block, tree, node, method, receiver, module, arguments, problem)


def named_arguments(stop: Stop, tree: edit.Tree, node: cst.Call, method: str) -> dict[str, str]:
    """The arguments' code under Keras's names, in the order as written. Raises CannotMend."""
    found: dict[str, str] = {}
    for argument in node.args:
        code = tree.module.code_for_node(argument.value)
        if argument.star:
            raise CannotMend(f"what `{argument.star}{code}` holds is not written at the call")
        if argument.keyword is None:
            name = _positional(stop, method, code, found)
        else:
            name = _keyword(method, argument.keyword.value)
        if name is None or name in found:
            written = code if argument.keyword is None else f"{argument.keyword.value}={code}"
            raise CannotMend(f"`{written}` has no counterpart in a plain loop")
        found[name] = code
    return found


def _keyword(method: str, name: str) -> str | None:
    name = SAME.get(name.lower(), name.lower() if name in ("X", "Y") else name)
    known = name in UNDERSTOOD or name in DROPPED or method in ("summary", "add")
    return name if known else None


def _positional(stop: Stop, method: str, code: str, found: Mapping[str, str]) -> str | None:
    """What a positional argument is: a live object says it itself, else its position does."""
    free = [name for name in ORDER[method] if name not in found]
    if method == "summary":
        return code
    if method == "add":
        return free[0] if free else None
    value = live.value_of(stop, code) if method == "compile" else live.argument_of(stop, code)
    if live.is_optimizer(value):
        return "optimizer"
    if live.is_module(value):
        return "loss"
    if (is_batches(value) or is_dataset(value)) and "x" in found and method in ("fit", "train"):
        return "validation_data"
    if isinstance(value, int) and not isinstance(value, bool) and "y" not in found and "x" in found:
        return "epochs" if method in ("fit", "train") else "batch_size"
    if is_array(value) and method == "predict" and "x" in found:
        return None
    return free[0] if free else None


def _is_refused(call: KerasCall, error: BaseException) -> bool:
    """Whether this very call cannot be: the module has no such method, or torch's own takes no such arguments."""
    if isinstance(error, AttributeError):
        own = error.name == call.method and (error.obj is None or error.obj is call.module)
        return own and not hasattr(call.module, call.method)
    if has_own(call.module, call.method, "torch"):
        return False
    if call.method == "compile":
        return isinstance(error, TypeError) and refuses_compile(call)
    if call.method == "train":
        return _refuses_train(call, error)
    return False


def refuses_compile(call: KerasCall) -> bool:
    """`Module.compile` takes anything and hands it on to `torch.compile`, which is asked here."""
    torch = live.torch_module()
    positional, keywords = _given(call)
    return bool(call.node.args) and not accepts(torch.compile, positional + 1, keywords)


def _refuses_train(call: KerasCall, error: BaseException) -> bool:
    positional, keywords = _given(call)
    if not accepts(call.module.train, positional, keywords):
        return isinstance(error, TypeError)
    data = call.value("x")
    looks_like_data = is_array(data) or is_batches(data) or is_dataset(data) or isinstance(data, (list, tuple))
    return isinstance(error, ValueError) and "mode" in str(error) and looks_like_data


def _given(call: KerasCall) -> tuple[int, list[str]]:
    keywords = [argument.keyword.value for argument in call.node.args if argument.keyword]
    return len(call.node.args) - len(keywords), keywords
