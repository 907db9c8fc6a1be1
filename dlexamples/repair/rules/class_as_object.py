"""`criterion = nn.MSELoss` and `model = Net`: a class is kept where an object of it is used."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, replaced, with_block
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.idioms.held import layer_class
from dlexamples.repair.idioms.spelling import resolved
from dlexamples.repair.signatures import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def class_as_object(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop)
    if found is None:
        return
    tree, call = found
    yield from _given_to_compile(stop, tree, call)
    for node in (call.func, getattr(call.func, "value", None)):
        if not isinstance(node, cst.Name):
            continue
        cls = live.scope(stop).get(node.value)
        if isinstance(cls, type) and _is_of_a_framework(cls) and _is_used_as_object(call, node, cls):
            yield from _made_at_assignment(stop, node.value, cls)


def _given_to_compile(stop: Stop, tree: edit.Tree, call: cst.Call) -> Iterator[Proposal]:
    """`compile(optimizer=Adam)`: Keras takes a name or an object."""
    optimizer = resolved("keras.optimizers.Optimizer")
    for argument in call.args if isinstance(optimizer, type) else ():
        code = tree.text(argument.value)
        cls = live.value_of(stop, code)
        if isinstance(cls, type) and issubclass(cls, optimizer) and accepts(cls, 0, ()):
            yield answer(
                stop,
                "class_as_object",
                replaced(stop, tree, argument.value, f"{code}()"),
                f"`{code}` is a class, and an optimizer of it is asked for",
                f"make the optimizer: `{code}()`",
                safe=True,
                code="DL204",
                label=f"`{code}` is a class",
            )


def _is_of_a_framework(cls: type) -> bool:
    optimizers = tuple(found for path in ("torch.optim.Optimizer",) if isinstance(found := resolved(path), type))
    return bool(layer_class(cls)) or issubclass(cls, optimizers)


def _is_used_as_object(call: cst.Call, node: cst.Name, cls: type) -> bool:
    """A class method is the class's own, and `Net(x)` may make an object."""
    if call.func is node:
        return node.value != cls.__name__
    assert isinstance(call.func, cst.Attribute)
    return inspect.isfunction(inspect.getattr_static(cls, call.func.attr.value, None))


def _made_at_assignment(stop: Stop, name: str, cls: type) -> Iterator[Proposal]:
    """The last `name = Class` before the stop, if the class can be made without arguments."""
    if not accepts(cls, 0, ()):
        return
    for block in range(stop.at.block, -1, -1):
        tree = edit.parse(stop.sources[block])
        if tree is None:
            continue
        nodes = [node for node in tree.positions if isinstance(node, cst.Assign)]
        for node in sorted(nodes, key=tree.line, reverse=True):
            named = any(isinstance(t.target, cst.Name) and t.target.value == name for t in node.targets)
            code = tree.text(node.value)
            if not named or live.value_of(stop, code) is not cls:
                continue
            yield answer(
                stop,
                "class_as_object",
                with_block(stop, block, edit.replace_node(tree, node.value, f"{code}()")),
                f"`{name}` is the class `{code}`, and is used as an object of it",
                f"make the object: `{name} = {code}()`",
                safe=True,
                code="DL204",
                label=f"`{name}` is a class",
            )
            return
