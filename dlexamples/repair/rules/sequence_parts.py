"""What stands among the layers of a container and is no layer of its library: `nn.Sequential(linear, F.relu)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, refusal, with_block
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.idioms.layers import Elements, layer_for
from dlexamples.repair.idioms.spelling import resolved
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Proposal, Stop

LOCALS = {"torch": ("args", "modules"), "keras": ("layers",)}
"""What the containers' own `__init__` calls its elements."""


@rule
def sequence_parts(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, (TypeError, ValueError)) else None
    if found is None:
        return
    tree, call = found
    container = live.value_of(stop, tree.module.code_for_node(call.func))
    library = _library(container)
    given = _given(stop, library)
    if not library or given is None:
        return
    if unpacked := _unpacked(stop, tree, call, library, given):
        yield unpacked
        return
    written = _elements(call, library)
    if written is None or len(written) != len(given):
        return
    base = resolved("torch.nn.Module" if library == "torch" else "keras.Layer")
    elements = Elements(stop, library, tuple(given), tuple(tree.module.code_for_node(node) for node in written))
    wrong = [number for number, value in enumerate(given) if not isinstance(value, base) and not _is_input(value)]
    if not wrong:
        return
    shown = ", ".join(f"`{elements.code[number]}`" for number in wrong)
    kind = "torch modules" if library == "torch" else "Keras layers"
    message = f"`{tree.text(call.func)}` takes {kind}, and {shown} {'is none' if len(wrong) == 1 else 'are none'}"
    try:
        made = {number: layer_for(elements, number) for number in wrong}
    except CannotMend as reason:
        yield refusal(stop, "sequence_parts", f"{message}; no fix is offered because {reason}", "", label="no layer")
        return
    source = tree.source
    for number in reversed(wrong):
        start, end = tree.start(written[number]), tree.end(written[number])
        source = source[:start] + made[number] + source[end:]
    source = edit.add_imports(tree, source, elements.imports(), call)
    told = ", ".join(f"`{made[number]}`" for number in wrong)
    yield answer(
        stop,
        "sequence_parts",
        with_block(stop, stop.at.block, source),
        message,
        f"write {told}",
        label=f"takes {kind} alone",
    )


def _library(container: Any) -> str:
    nn = live.torch_module().nn if live.torch_module() else None
    if nn is not None and isinstance(container, type) and issubclass(container, (nn.Sequential, nn.ModuleList)):
        return "torch"
    sequential = resolved("keras.Sequential")
    return "keras" if isinstance(container, type) and isinstance(sequential, type) and container is sequential else ""


def _given(stop: Stop, library: str) -> list[Any] | None:
    """The live elements, from the frame of the container's own `__init__`."""
    trace = stop.error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_name == "__init__" and frame.f_globals is not stop.namespace:
            for name in LOCALS.get(library, ()):
                value = frame.f_locals.get(name)
                if isinstance(value, (list, tuple)):
                    return list(value)
                if value is not None and isinstance(value, resolved("keras.Layer")) and library == "keras":
                    return [value]
        trace = trace.tb_next
    return None


def _elements(call: cst.Call, library: str) -> Sequence[cst.BaseExpression] | None:
    """The expressions of the elements where the call writes them out."""
    arguments = [argument.value for argument in call.args]
    if any(argument.star for argument in call.args):
        return None
    if library == "torch" and not (len(arguments) == 1 and isinstance(arguments[0], (cst.List, cst.Tuple))):
        return None if any(argument.keyword for argument in call.args) else arguments
    listed = arguments[0] if arguments else None
    if not isinstance(listed, (cst.List, cst.Tuple)) or any(isinstance(e, cst.StarredElement) for e in listed.elements):
        return None
    return [element.value for element in listed.elements]


def _unpacked(stop: Stop, tree: edit.Tree, call: cst.Call, library: str, given: list[Any]) -> Proposal | None:
    """torch's `Sequential` takes its layers one by one, Keras's in a list."""
    name = tree.text(call.func)
    if library == "torch" and len(given) == 1 and isinstance(given[0], (list, tuple)) and len(call.args) == 1:
        value = call.args[0].value
        if isinstance(value, (cst.List, cst.Tuple)) and tree.text(value)[:1] in "[(":
            inside = tree.text(value)[1:-1]
            source = edit.replace_node(tree, value, inside.rstrip().rstrip(",") if "\n" not in inside else inside)
        else:
            source = edit.replace_node(tree, value, f"*{tree.text(value)}")
        message, does = f"`{name}` takes its layers one by one, and not in a list", "hand over the layers themselves"
    elif library == "keras" and len(call.args) > 1 and not any(a.keyword or a.star for a in call.args):
        start, end = tree.source.index("(", tree.end(call.func)) + 1, tree.end(call) - 1
        source = f"{tree.source[:start]}[{tree.source[start:end]}]{tree.source[end:]}"
        message, does = f"`{name}` takes its layers in a list, and not one by one", "put the layers into a list"
    else:
        return None
    return answer(
        stop, "sequence_parts", with_block(stop, stop.at.block, source), message, does, safe=True, label=message
    )


def _is_input(value: Any) -> bool:
    tensor = resolved("keras.KerasTensor")
    return isinstance(tensor, type) and isinstance(value, tensor)
