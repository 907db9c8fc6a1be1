"""What is no function and is called as one: `x.shape()`, `x.shape(0)`, `torch.float(x)`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.dtypes import library_of
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.idioms.rows import rows_for
from dlexamples.repair.idioms.spelling import resolved, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def not_callable(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, TypeError) else None
    if found is None or not isinstance(found[1].func, cst.Attribute):
        return
    tree, call = found
    function = call.func
    assert isinstance(function, cst.Attribute)
    owner = live.value_of(stop, tree.module.code_for_node(function.value))
    value = getattr(owner, function.attr.value, live.MISSING)
    if owner is live.MISSING or value is live.MISSING or callable(value) or rows_for(owner, function.attr.value):
        return
    code = tree.text(function)
    given = [argument.value for argument in call.args if not argument.star and argument.keyword is None]
    if len(given) != len(call.args) or len(given) > 1:
        return
    argument = tree.module.code_for_node(given[0]) if given else ""
    written, imports = _written(stop, code, value, argument) if given else (code, ())
    if written:
        yield answer(
            stop,
            "not_callable",
            replaced(stop, tree, call, written, imports),
            f"`{code}` is a `{type(value).__name__}` and no function",
            f"write `{written}`",
            safe=True,
            code="DL204",
            label=f"`{code}` cannot be called",
        )


def _written(stop: Stop, code: str, value: Any, argument: str) -> tuple[str, tuple[str, ...]]:
    """What was meant by calling the value with one argument; '' where that is not known."""
    given = live.argument_of(stop, argument)
    is_index = isinstance(given, int) and not isinstance(given, bool)
    if is_index and hasattr(value, "__getitem__") and hasattr(value, "__len__"):
        return f"{code}[{argument}]", ()
    library = library_of(value)
    torch = sys.modules.get("torch")
    if library == "torch" and torch is not None and isinstance(given, torch.Tensor):
        return f"{argument}.to({code})" if _is_primary(argument) else f"({argument}).to({code})", ()
    if library == "tensorflow" and isinstance(given, resolved("tensorflow.Tensor")):
        cast, imports = spelled(stop, "tensorflow.cast")
        return f"{cast}({argument}, {code})", imports
    return "", ()


def _is_primary(code: str) -> bool:
    """Whether an attribute can be asked of the code as it stands."""
    return isinstance(cst.parse_expression(code), (cst.Name, cst.Attribute, cst.Call, cst.Subscript))
