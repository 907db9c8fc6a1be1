"""torch's ways with a model's weights on a Keras model: counting, freezing, saving and loading them."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, refusal, replaced, with_block
from dlexamples.repair.idioms.failed import Failed, missing_attribute
from dlexamples.repair.idioms.spelling import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

RULE = "torch_weights_of_keras"
NAMES = frozenset({"parameters", "named_parameters", "state_dict", "load_state_dict"})
COUNT = re.compile(r"\w+\.(numel|nelement)\(\)")
WEIGHTS = ".weights.h5"
"""How a file of Keras's weights must end: `Model.save_weights`."""


@rule
def torch_weights_of_keras(stop: Stop) -> Iterator[Proposal]:
    failed = missing_attribute(stop)
    if failed is None or failed.name not in NAMES or not _is_keras(failed):
        return
    call = failed.tree.parents[failed.node]
    if not isinstance(call, cst.Call) or call.func is not failed.node:
        return
    edited = _counted(stop, failed, call) or _frozen(stop, failed, call) or _saved(stop, failed, call)
    edited = edited or _loaded(stop, failed, call) or _kept(stop, failed, call)
    message = f"`{failed.tree.text(call)}` is written as in PyTorch, and `{failed.receiver}` is a Keras model"
    label = f"a Keras model has no `{failed.name}`"
    if edited:
        yield answer(stop, RULE, edited[0], message, edited[1], label=label, receiver=failed.receiver)
    elif not _is_for_optimizer(stop, failed, call):
        told = (
            f"{message}; no fix is offered because its variables (`{failed.receiver}.trainable_weights`) have no "
            "gradients and are not used in the same way"
        )
        yield refusal(stop, RULE, told, "write it with the variables of Keras", label=label, receiver=failed.receiver)


def _is_keras(failed: Failed) -> bool:
    layer = resolved("keras.Layer") if "keras" in sys.modules else None
    return isinstance(layer, type) and isinstance(failed.owner, layer)


def _is_for_optimizer(stop: Stop, failed: Failed, call: cst.Call) -> bool:
    """Another rule writes the optimizer."""
    for above in failed.tree.ancestors(call):
        if isinstance(above, cst.Call):
            cls = live.value_of(stop, failed.tree.module.code_for_node(above.func))
            base = resolved("torch.optim.Optimizer")
            return isinstance(cls, type) and isinstance(base, type) and issubclass(cls, base)
    return False


def _counted(stop: Stop, failed: Failed, call: cst.Call) -> tuple[tuple[str, ...], str] | None:
    """`sum(p.numel() for p in model.parameters())`."""
    tree = failed.tree
    summed = next((above for above in tree.ancestors(call) if isinstance(above, cst.Call)), None)
    if summed is None or tree.text(summed.func) != "sum" or len(summed.args) != 1:
        return None
    made = summed.args[0].value
    if not isinstance(made, cst.GeneratorExp) or not COUNT.fullmatch(tree.text(made.elt)):
        return None
    loop, name = made.for_in, tree.text(made.elt).partition(".")[0]
    conditions = [tree.text(condition.test) for condition in loop.ifs]
    if loop.iter is not call or loop.inner_for_in is not None or failed.name != "parameters":
        return None
    if not conditions:
        code, notes = f"{failed.receiver}.count_params()", "; moving statistics are among them"
    elif conditions == [f"{name}.requires_grad"]:
        code = f"sum({name}.numpy().size for {name} in {failed.receiver}.trainable_weights)"
        notes = ""
    else:
        return None
    return replaced(stop, tree, summed, code), f"`{code}` counts them{notes}"


def _frozen(stop: Stop, failed: Failed, call: cst.Call) -> tuple[tuple[str, ...], str] | None:
    """`for p in model.parameters(): p.requires_grad = False`."""
    tree, loop = failed.tree, failed.tree.parents[call]
    if failed.name != "parameters" or not isinstance(loop, cst.For) or loop.iter is not call or loop.orelse is not None:
        return None
    name, body = tree.text(loop.target), [tree.text(part).strip() for part in _statements(loop.body)]
    if len(body) != 1:
        return None
    pattern = rf"{re.escape(name)}\.requires_grad(?:\s*=\s*(True|False)|_\((True|False)\))"
    found = re.fullmatch(pattern, body[0])
    if found is None:
        return None
    code = f"{failed.receiver}.trainable = {found[1] or found[2]}"
    return with_block(stop, stop.at.block, edit.replace_node(tree, loop, code)), f"`{code}` holds for all its variables"


def _statements(body: cst.BaseSuite) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []
    for part in body.body:
        found.extend(part.body if isinstance(part, cst.SimpleStatementLine) else [part])
    return found


def _saved(stop: Stop, failed: Failed, call: cst.Call) -> tuple[tuple[str, ...], str] | None:
    """`torch.save(model.state_dict(), "model.pth")`."""
    tree = failed.tree
    saved = next((above for above in tree.ancestors(call) if isinstance(above, cst.Call)), None)
    if failed.name != "state_dict" or saved is None or len(saved.args) != 2 or saved.args[0].value is not call:
        return None
    if live.value_of(stop, tree.module.code_for_node(saved.func)) is not resolved("torch.save"):
        return None
    path = _weights_path(tree, saved.args[1].value)
    if not path:
        return None
    code = f"{failed.receiver}.save_weights({path})"
    return replaced(stop, tree, saved, code), f"`{code}`; a file of Keras's weights must end in `{WEIGHTS}`"


def _loaded(stop: Stop, failed: Failed, call: cst.Call) -> tuple[tuple[str, ...], str] | None:
    """`model.load_state_dict(torch.load("model.pth"))`."""
    tree = failed.tree
    inner = call.args[0].value if failed.name == "load_state_dict" and len(call.args) == 1 else None
    if not isinstance(inner, cst.Call) or not inner.args:
        return None
    if live.value_of(stop, tree.module.code_for_node(inner.func)) is not resolved("torch.load"):
        return None
    path = _weights_path(tree, inner.args[0].value)
    if not path:
        return None
    code = f"{failed.receiver}.load_weights({path})"
    return replaced(stop, tree, call, code), f"`{code}`; a file of Keras's weights ends in `{WEIGHTS}`"


def _weights_path(tree: edit.Tree, node: cst.BaseExpression) -> str:
    """The name of a file as Keras asks for it; '' where it is not written out."""
    if not isinstance(node, cst.SimpleString):
        return ""
    quote, name = node.quote, str(node.raw_value)
    stem = re.sub(r"\.(pth|pt|bin|h5|ckpt)(\.tar)?$", "", name)
    return node.prefix + quote + (name if name.endswith(WEIGHTS) else stem + WEIGHTS) + quote


def _kept(stop: Stop, failed: Failed, call: cst.Call) -> tuple[tuple[str, ...], str] | None:
    """`best = model.state_dict()`, and what was kept so is loaded."""
    tree, parent = failed.tree, failed.tree.parents[call]
    if failed.name == "state_dict" and not call.args and isinstance(parent, cst.Assign):
        code = f"{failed.receiver}.get_weights()"
        return replaced(stop, tree, call, code), "`get_weights` gives copies of all weights in a list"
    return None
