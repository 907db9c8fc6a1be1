"""The device that the post itself moves a model to, whether or not the run has another one than the CPU."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.repair import live
from dlexamples.repair.names import free_name
from dlexamples.repair.torch_training.repeats import names_in, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dlexamples.repair.torch_training.call import KerasCall


def device_of(call: KerasCall, data: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Code of the device for the data, '' when the post moves no model or moves the data too, and lines that the
    code needs before it."""
    places = _places(call)
    if not places or all(_is_placed(call, code) for code in data):
        return "", ()
    code = places[-1]
    if code and live.value_of(call.stop, code) is not live.MISSING:
        return code, ()
    return parameters_device(call)


def is_moved(call: KerasCall) -> bool:
    """Whether the post moves the model to a device."""
    return bool(_places(call))


def _places(call: KerasCall) -> list[str]:
    names = {name for name, value in live.scope(call.stop).items() if value is call.module} | {call.receiver}
    return [place for source in call.stop.published for place in _moves(source, names)]


def parameters_device(call: KerasCall) -> tuple[str, tuple[str, ...]]:
    """The device asked of the model itself, under a name."""
    name = free_name(call.stop, "device", "model_device")
    return name, (f"{name} = next({call.receiver}.parameters()).device",)


def _moves(source: str, names: set[str]) -> Iterator[str]:
    """For each `.to(device)` or `.cuda()` of a model under one of the names, the device's code; '' when it is no
    name that could be written again."""
    nodes = list(ast.walk(parsed(source)))
    made = [(node.targets, node.value) for node in nodes if isinstance(node, ast.Assign)]
    bound = {id(value) for targets, value in made if names & {ast.unparse(target) for target in targets}}
    for node in nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if id(node) not in bound and ast.unparse(node.func.value) not in names:
            continue
        if node.func.attr == "cuda":
            yield ""
        elif node.func.attr == "to" and (device := _device(node)) is not None:
            yield ast.unparse(device) if isinstance(device, (ast.Name, ast.Attribute, ast.Constant)) else ""


def _device(call: ast.Call) -> ast.expr | None:
    """The device that `to` is given; None for a type."""
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "device")]
    return given[0] if given and not ast.unparse(given[0]).startswith("torch.float") else None


def _is_placed(call: KerasCall, code: str) -> bool:
    """Whether the data's own expression, or what one of its names was last given, says a device."""
    if _says_device(code):
        return True
    last: dict[str, str] = {}
    for block, source in enumerate(call.stop.sources[: call.block + 1]):
        made = [node for node in ast.walk(parsed(source)) if isinstance(node, ast.Assign)]
        for node in sorted(made, key=lambda node: node.lineno):
            if block < call.block or node.lineno < call.tree.line(call.node):
                last |= dict.fromkeys(_targets(node), ast.unparse(node.value))
    return any(_says_device(last.get(name, "")) for name in names_in(code))


def _says_device(code: str) -> bool:
    return ".to(" in code or ".cuda(" in code or "device=" in code


def _targets(node: ast.Assign) -> set[str]:
    return {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}
