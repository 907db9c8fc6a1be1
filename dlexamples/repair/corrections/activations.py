"""An activation that the loss applies itself is left out, or the loss told that it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair.corrections import corrects
from dlexamples.repair.edit import calls, parse, replace_node, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal
    from dlexamples.repair.corrections import Faulty
    from dlexamples.repair.edit import Tree

_LAYERS = {"softmax": "Softmax", "sigmoid": "Sigmoid", "log_softmax": "LogSoftmax"}


@corrects("no activation")
def no_activation(faulty: Faulty) -> Iterator[Proposal]:
    """A layer of a `Sequential`, or a call, which becomes what it is called with."""
    layer = _LAYERS[faulty.about]
    for block, source in enumerate(faulty.sources):
        tree = parse(source)
        if tree is None:
            continue
        attributes = _attributes(tree, layer)
        for call in calls(tree):
            name = _last_name(call.func)
            if name == layer and (without := _without_argument(tree, call)):
                yield faulty.proposal("activations", f"without `{tree.text(call)}`", without, block)
            elif (name == faulty.about or name in attributes) and (inner := _inside(tree, call)):
                what = f"`{inner}` in place of `{tree.text(call)}`"
                yield faulty.proposal("activations", what, replace_node(tree, call, inner), block)


@corrects("no logits")
def no_logits(faulty: Faulty) -> Iterator[Proposal]:
    """`from_logits=False`, where the activation stays."""
    for block, source in enumerate(faulty.sources):
        tree = parse(source)
        for argument in within(tree.module, cst.Arg) if tree else ():
            is_meant = argument.keyword is not None and argument.keyword.value == "from_logits"
            if tree is not None and is_meant and tree.text(argument.value) == "True":
                source = replace_node(tree, argument.value, "False")
                yield faulty.proposal(
                    "activations", "`from_logits=False`: the model gives probabilities", source, block
                )


def _last_name(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _attributes(tree: Tree, layer: str) -> set[str]:
    """The names under which a model keeps such a layer: `softmax` of `self.softmax = nn.Softmax(dim=1)`."""
    made = [each for each in within(tree.module, cst.Assign) if isinstance(each.value, cst.Call)]
    own = [each for each in made if isinstance(each.value, cst.Call) and _last_name(each.value.func) == layer]
    return {_last_name(target.target) for each in own for target in each.targets} - {""}


def _inside(tree: Tree, call: cst.Call) -> str:
    """What goes in: the first argument of a function or a layer, what a method is called on."""
    if call.args and not call.args[0].keyword and not call.args[0].star:
        first = call.args[0].value
        if not isinstance(first, (cst.Integer, cst.UnaryOperation)):
            return tree.text(first)
    return tree.text(call.func.value) if isinstance(call.func, cst.Attribute) else ""


def _without_argument(tree: Tree, call: cst.Call) -> str:
    """The source without the call, where it is the last one of several layers; else ''."""
    argument = tree.parents[call]
    around = tree.parents.get(argument)
    if isinstance(argument, cst.Arg) and isinstance(around, cst.Call):
        parts: list[cst.CSTNode] = list(around.args)
    elif isinstance(argument, cst.Element) and isinstance(around, cst.List):
        parts = list(around.elements)
    else:
        return ""
    if len(parts) < 2 or parts[-1] is not argument:
        return ""
    first, end = tree.start(call), tree.end(call)
    line_start, line_end = tree.source.rfind("\n", 0, first) + 1, tree.source.find("\n", end)
    is_alone = not tree.source[line_start:first].strip() and tree.source[end:line_end].lstrip(", ")[:1] in {"", "#"}
    if is_alone and line_end >= 0:
        return tree.source[:line_start] + tree.source[line_end + 1 :]
    return tree.source[: tree.end(getattr(parts[-2], "value", parts[-2]))] + tree.source[end:]
