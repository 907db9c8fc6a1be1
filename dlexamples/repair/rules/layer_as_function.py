"""`nn.ReLU(x)`, `nn.MSELoss(pred, target)`, `Dense(64, x)`: a layer's class is given what the layer is to be given."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, refusal, with_block
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.idioms.held import are_tensors, holding_tensors, layer_class
from dlexamples.repair.idioms.spelling import resolved, spelled
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@dataclass(frozen=True, slots=True)
class Made:
    """A call of the post that makes a layer."""

    stop: Stop
    block: int
    tree: edit.Tree
    call: cst.Call
    cls: type

    def code(self, argument: cst.Arg) -> str:
        return self.tree.module.code_for_node(argument.value)

    @property
    def name(self) -> str:
        return self.tree.text(self.call.func)


@rule
def layer_as_function(stop: Stop) -> Iterator[Proposal]:
    for made, inputs in _found(stop):
        message = f"`{made.name}` is a class that makes a layer, and is given the layer's input"
        try:
            code, imports = _written(made, inputs)
        except CannotMend as reason:
            told = f"{message}; no fix is offered because {reason}"
            yield refusal(stop, "layer_as_function", told, "", code="DL203", label="makes a layer")
            continue
        source = edit.replace_node(made.tree, _outer(made), code)
        source = edit.add_imports(made.tree, source, imports, made.call)
        yield answer(
            stop,
            "layer_as_function",
            with_block(stop, made.block, source),
            message,
            f"write `{_short(code)}`",
            code="DL203",
            label="makes a layer",
        )


def _found(stop: Stop) -> Iterator[tuple[Made, list[cst.Arg]]]:
    """The calls that may be the cause, with the arguments that are inputs."""
    failed = failed_call(stop)
    if failed:
        tree, call = failed
        cls = live.value_of(stop, tree.module.code_for_node(call.func))
        inputs = [argument for argument in call.args if _is_input(stop, tree, argument)]
        function = edit.function_of(tree, call)
        if function is not None and function.name.value == "__init__":
            return  # A layer of a model whose class was given the input.
        if layer_class(cls) and inputs and _is_the_class(call, cls):
            yield Made(stop, stop.at.block, tree, call, cls), inputs
            return
    for layer in holding_tensors(stop):
        yield from ((made, _first_inputs(made)) for made in _made_by(stop, type(layer)))
        return
    owner = getattr(stop.error, "obj", None)
    if live.is_module(owner) and hasattr(resolved("torch.Tensor"), getattr(stop.error, "name", None) or ""):
        # A setting of one element is taken for a flag, and not kept.
        for made in _made_by(stop, type(owner)):
            inputs = _first_inputs(made)
            if all(_is_input(stop, made.tree, argument) for argument in inputs):
                yield made, inputs


def _is_the_class(call: cst.Call, cls: type) -> bool:
    """Whether the call names the class itself, and no name that was given to it."""
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else getattr(call.func, "value", "")
    return name == cls.__name__ or (cls.__module__ != "__main__" and name != name.lower())


def _is_input(stop: Stop, tree: edit.Tree, argument: cst.Arg) -> bool:
    """Settings that are tensors have names: `CrossEntropyLoss(weight=w)`."""
    return argument.keyword is None and are_tensors(live.argument_of(stop, tree.module.code_for_node(argument.value)))


def _made_by(stop: Stop, cls: type) -> list[Made]:
    """The calls of this class with an argument that is not written out, nearest to the stop first."""
    found = []
    for block in range(stop.at.block + 1):
        tree = edit.parse(stop.sources[block])
        for call in edit.calls(tree) if tree else ():
            assert tree
            if live.value_of(stop, tree.module.code_for_node(call.func)) is cls and _first_inputs_of(call):
                found.append(Made(stop, block, tree, call, cls))

    def distance(made: Made) -> tuple[int, bool, int]:
        span, at = made.tree.positions[made.call].end, stop.at
        ran = made.block < at.block or (span.line, span.column) <= (at.line, at.column)
        return at.block - made.block, not ran, abs(at.line - span.line)

    return sorted(found, key=distance)


def _first_inputs(made: Made) -> list[cst.Arg]:
    """As many positional arguments as the layer takes inputs, for a call whose arguments are not there any more."""
    return _first_inputs_of(made.call)[: _inputs_taken(made.cls)]


def _first_inputs_of(call: cst.Call) -> list[cst.Arg]:
    positional = [argument for argument in call.args if argument.keyword is None]
    literal = (cst.BaseNumber, cst.BaseString, cst.UnaryOperation)
    if not positional or positional[0].star or isinstance(positional[0].value, literal):
        return []
    return positional


def _inputs_taken(cls: type) -> int:
    forward = getattr(cls, "forward", None) or getattr(cls, "call", None)
    parameters = list(inspect.signature(forward).parameters.values())[1:] if forward else []
    return max(1, sum(parameter.default is parameter.empty for parameter in parameters if parameter.kind == 1))


def _written(made: Made, inputs: list[cst.Arg]) -> tuple[str, tuple[str, ...]]:
    """The layer made without its inputs, and called with them. Raises CannotMend."""
    if any(argument.star for argument in made.call.args):
        raise CannotMend("what it is given is not written at the call")
    rest = [argument for argument in made.call.args if argument not in inputs]
    settings = ", ".join(_argument(made, argument) for argument in rest)
    given = ", ".join(made.code(argument) for argument in inputs)
    if layer_class(made.cls) == "torch":
        return _torch(made, settings, given, inputs)
    return f"{made.name}({settings})({given})", ()


def _torch(made: Made, settings: str, given: str, inputs: list[cst.Arg]) -> tuple[str, tuple[str, ...]]:
    if any(True for _ in _example(made, settings).parameters()):
        raise CannotMend(f"`{made.cls.__name__}` has weights: made where it is called, they would never be trained")
    if "dim" in getattr(made.cls, "__constants__", ()) and getattr(_example(made, settings), "dim", 0) is None:
        value = live.argument_of(made.stop, made.code(inputs[0]))
        rank = getattr(value, "ndim", 0) if are_tensors(value) else _held_rank(made)
        if rank not in (1, 2):
            raise CannotMend(f"over which dimension `{made.cls.__name__}` goes is not said")
        settings = ", ".join(filter(None, (settings, f"dim={rank - 1}")))
    if not _depends_on_mode(made.cls):
        return f"{made.name}({settings})({given})", ()
    return _functional(made, settings, given)


def _functional(made: Made, settings: str, given: str) -> tuple[str, tuple[str, ...]]:
    """A dropout that is made anew in every call would not know that its model is evaluated."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", made.cls.__name__).lower()
    path = f"torch.nn.functional.{name}"
    function = edit.function_of(made.tree, made.call)
    own = function.params.params[0].name.value if function and function.params.params else ""
    if resolved(path) is live.MISSING or own != "self" or not _is_in_module(made):
        raise CannotMend(f"`{made.cls.__name__}` works in training only, and which model is trained is not said here")
    text, imports = spelled(made.stop, path)
    return f"{text}({', '.join(filter(None, (given, settings)))}, training=self.training)", imports


def _is_in_module(made: Made) -> bool:
    """Whether the call stands in a class of the post that is a torch module."""
    around = (above for above in made.tree.ancestors(made.call) if isinstance(above, cst.ClassDef))
    return any(layer_class(made.stop.namespace.get(above.name.value)) == "torch" for above in around)


def _example(made: Made, settings: str) -> Any:
    """The layer as it would be made. Raises CannotMend where it cannot be."""
    module = live.argument_of(made.stop, f"{made.name}({settings})")
    if not live.is_module(module):
        raise CannotMend(f"`{made.cls.__name__}` has to be told its sizes")
    return module


def _held_rank(made: Made) -> int:
    for layer in holding_tensors(made.stop):
        if type(layer) is made.cls:
            return next((value.ndim for value in vars(layer).values() if are_tensors(value)), 0)
    return 0


def _depends_on_mode(cls: type) -> bool:
    forward = getattr(cls, "forward", None)
    return forward is not None and "training" in forward.__code__.co_names


def _argument(made: Made, argument: cst.Arg) -> str:
    return f"{argument.keyword.value}={made.code(argument)}" if argument.keyword else made.code(argument)


def _outer(made: Made) -> cst.Call:
    """`Flatten(x)(x)` has the call already."""
    parent = made.tree.parents[made.call]
    return parent if isinstance(parent, cst.Call) and parent.func is made.call else made.call


def _short(code: str) -> str:
    return code if len(code) <= 80 and "\n" not in code else f"{code.split('(')[0]}(…)(…)"
