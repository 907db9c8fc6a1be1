"""`F.ReLU(x)`, `nn.relu(x)`, `F.Linear(2, 3)`: a function looked for among the modules, or the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import Failed, missing_attribute
from dlexamples.repair.idioms.held import is_tensor
from dlexamples.repair.idioms.spelling import resolved, spelled
from dlexamples.repair.signatures import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

HOMES = ("torch.nn", "torch.nn.functional")


@rule
def functional_or_module(stop: Stop) -> Iterator[Proposal]:
    failed = missing_attribute(stop)
    if failed is None or live.torch_module() is None or all(failed.owner is not resolved(home) for home in HOMES):
        return
    call = failed.tree.parents[failed.node]
    if not isinstance(call, cst.Call) or call.func is not failed.node:
        return
    path = _meant(stop, failed, call)
    if not path:
        return
    written, imports = spelled(stop, path)
    what = "function" if path.startswith("torch.nn.functional") else "class"
    yield answer(
        stop,
        "functional_or_module",
        replaced(stop, failed.tree, failed.node, written, imports),
        f"`{failed.owner.__name__}` has no `{failed.name}`",
        f"write `{written}`, the {what} of this name",
        safe=True,
        code="DL202",
        label=f"the {what} is `{written}`",
    )


def _meant(stop: Stop, failed: Failed, call: cst.Call) -> str:
    """The function if it is given a tensor first, else the class; '' where the call fits neither."""
    first = call.args[0] if call.args else None
    given = live.argument_of(stop, failed.tree.module.code_for_node(first.value)) if first and not first.star else None
    # A call that fails itself before this one is no setting of a layer.
    is_call = first is not None and isinstance(first.value, cst.Call)
    fails_itself = is_call and given is live.MISSING and failed.owner is resolved(HOMES[1])
    is_function = is_tensor(given) or fails_itself
    home = HOMES[1] if is_function else HOMES[0]
    module = live.torch_module().nn.Module
    positional = sum(argument.keyword is None for argument in call.args)
    keywords = [argument.keyword.value for argument in call.args if argument.keyword]
    for name, value in vars(resolved(home)).items():
        is_class = isinstance(value, type) and issubclass(value, module)
        if _plain(name) == _plain(failed.name) and _is_of_kind(value, is_class, is_function):
            return f"{home}.{name}" if accepts(value, positional, keywords) else ""
    return ""


def _is_of_kind(value: Any, is_class: bool, is_function: bool) -> bool:
    return callable(value) and not isinstance(value, type) if is_function else is_class


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
