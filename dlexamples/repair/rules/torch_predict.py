"""`model.predict(X)` on a torch module: a forward pass without gradients, as the array that Keras gives."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.names import free_name, uses_after
from dlexamples.repair.torch_training import probe
from dlexamples.repair.torch_training.bound import objective_of
from dlexamples.repair.torch_training.call import KerasCall, failed_call
from dlexamples.repair.torch_training.contract import takes_logits
from dlexamples.repair.torch_training.data import Source, read_source, with_casts
from dlexamples.repair.torch_training.devices import is_moved
from dlexamples.repair.torch_training.loaders import loader_lines
from dlexamples.repair.torch_training.refusal import CannotMend, NothingNamed, answered
from dlexamples.repair.torch_training.surroundings import check_surroundings
from dlexamples.repair.torch_training.writing import (
    around_statement,
    assigned_names,
    before_statement,
    in_place_of_statement,
    proposal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RESULT = "__predictions__"


@rule
def torch_predict(stop: Stop) -> Iterator[Proposal]:
    return answered(failed_call(stop, "predict"), "torch_predict", _mended)


def _mended(call: KerasCall) -> Proposal:
    check_surroundings(call)
    if "x" not in call.arguments:
        raise CannotMend("it does not say what to predict from")
    source = with_casts(call, read_source(call, call.arguments["x"], prefix=""), None)
    setup, source = _prepared(call, source)
    value, notes = _value(call, source)
    lines = [*setup, f"{call.receiver}.eval()", "with ⟦torch.no_grad⟧():"]
    names = assigned_names(call)
    if names == ():
        name = free_name(call.stop, "predictions")
        sources = in_place_of_statement(call, [*lines, f"    {name} = {value}"])
    elif _is_in_small_statement(call):
        sources = around_statement(call, lines, value)
    else:
        name = free_name(call.stop, "predictions")
        sources = before_statement(call, [*lines, f"    {name} = {value}"], name)
    return proposal(call, "torch_predict", sources, "run the model without gradients", notes)


def _prepared(call: KerasCall, source: Source) -> tuple[tuple[str, ...], Source]:
    if source.form == "dataset":
        return loader_lines(call, source, free_name(call.stop, "loader"))
    return source.setup, source


def _value(call: KerasCall, source: Source) -> tuple[str, tuple[str, ...]]:
    """Code of the predictions, and what to say about it."""
    cast, move = source.casts[0], f".to({source.device})" if source.device else ""
    logits = _gives_logits(call, source)
    wrapped = "⟦torch.sigmoid⟧({})" if logits else "{}"
    if source.form == "arrays":
        array = source.arrays[0]
        code = wrapped.format(f"{call.receiver}({cast.of(array.code, tensor=array.is_tensor)}{move})")
    else:
        inputs = free_name(call.stop, "inputs")
        batch = f"{inputs}, _" if source.labelled else inputs
        each = wrapped.format(f"{call.receiver}({cast.of(inputs + move)})")
        code = f"⟦torch.cat⟧([{each} for {batch} in {source.code}])"
    notes = ("the loss takes logits, so a sigmoid makes them probabilities",) if logits else ()
    return code + ("" if _is_used_as_tensor(call) else _to_numpy(call)), notes


def _gives_logits(call: KerasCall, source: Source) -> bool:
    try:
        return takes_logits(objective_of(call, source.sample, optimizes=False).loss)
    except NothingNamed:
        return False


def _to_numpy(call: KerasCall) -> str:
    device, _ = probe.parameter_form(call.module)
    return ".numpy()" if device.type == "cpu" and not is_moved(call) else ".cpu().numpy()"


def _is_in_small_statement(call: KerasCall) -> bool:
    statement = edit.statement_of(call.tree, call.node)
    return statement is not None and type(statement).__name__ in ("Assign", "AnnAssign", "AugAssign", "Expr", "Return")


def _is_used_as_tensor(call: KerasCall) -> bool:
    """Whether the post goes on with torch: a method that arrays lack, or a function of torch on the result."""
    names, scope = assigned_names(call), live.scope(call.stop)
    if names:
        return any(_wants_tensor(use, names[0], scope) for use in uses_after(call.stop, call.stop.at))
    statement = edit.statement_of(call.tree, call.node)
    if not isinstance(statement, cst.BaseSmallStatement):
        return False
    written = ast.parse(edit.with_value(call.tree, call.node, RESULT).replace("return ", "_ = ", 1))
    return any(_wants_tensor(use, RESULT, scope) for use in ast.walk(written))


def _wants_tensor(use: ast.AST, name: str, scope: dict[str, Any]) -> bool:
    torch = live.torch_module()
    if isinstance(use, ast.Attribute) and _computed_from(use.value) == name:
        return hasattr(torch.Tensor, use.attr) and not _array_has(use.attr)
    if not isinstance(use, ast.Call):
        return False
    function = use.func
    if isinstance(function, ast.Attribute) and _computed_from(function.value) == name:
        return any(keyword.arg == "dim" for keyword in use.keywords)
    given = any(isinstance(argument, ast.Name) and argument.id == name for argument in use.args)
    root = ast.unparse(function).partition(".")[0]
    made = ast.unparse(function).rpartition(".")[2] in ("tensor", "from_numpy", "as_tensor")
    return given and not made and (scope.get(root) is torch or live.is_module(scope.get(root)))


def _computed_from(node: ast.expr) -> str:
    """The name under operators and subscripts, which give an array of an array and a tensor of a tensor."""
    while not isinstance(node, ast.Name):
        if isinstance(node, (ast.Compare, ast.BinOp)):
            node = node.left
        elif isinstance(node, ast.UnaryOp):
            node = node.operand
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return ""
    return node.id


def _array_has(attribute: str) -> bool:
    import numpy as np

    return hasattr(np.ndarray, attribute)
