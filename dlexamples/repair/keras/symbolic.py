"""Symbolic tensors, which only Keras's own layers and `keras.ops` take, not TensorFlow's functions."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live
from dlexamples.repair.renamed.resolve import importable
from dlexamples.repair.renamed.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop
    from dlexamples.repair.renamed.failing import Missing

REDUCE = "reduce_"
"""What TensorFlow puts before names that Keras and NumPy have without it: `tf.reduce_mean`."""


def with_ops(found: Missing, rule: str, message: str) -> Iterator[Proposal]:
    """`keras.ops.mean(x)` for a function that is missing, where it is called with a symbolic tensor."""
    call = found.tree.parents.get(found.node)
    kept = importable("tensorflow.keras.backend." + found.chain)
    if isinstance(call, cst.Call) and call.func is found.node and takes_symbolic(found.stop, found.tree, call):
        yield from through_ops(found.stop, found.tree, call, kept, rule, message)


def takes_symbolic(stop: Stop, tree: edit.Tree, call: cst.Call) -> bool:
    keras = sys.modules.get("keras")
    values = [live.value_of(stop, tree.text(argument.value)) for argument in call.args]
    parts = [part for value in values for part in (value if isinstance(value, (list, tuple)) else [value])]
    return keras is not None and any(isinstance(part, keras.KerasTensor) for part in parts)


def through_ops(
    stop: Stop, tree: edit.Tree, call: cst.Call, function: Any, rule: str, message: str
) -> Iterator[Proposal]:
    """The call with the function of `keras.ops` that has the same name and takes these arguments in these places."""
    if not isinstance(call.func, (cst.Attribute, cst.Name)):
        return
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else call.func.value
    name = name.removeprefix(REDUCE)
    target = importable(f"keras.ops.{name}")
    if target is live.MISSING or not _takes_the_same(function, target, call):
        return
    text, imports = spelled(stop, f"keras.ops.{name}", tree.text(call.func))
    source = edit.add_imports(tree, edit.replace_node(tree, call.func, text), imports, call)
    sources = list(stop.sources)
    sources[stop.at.block] = source
    yield Proposal(
        rule=rule,
        code="DL202",
        message=message,
        applicability=Applicability.SAFE,
        description=f"`{text}` takes symbolic tensors too",
        sources=tuple(sources),
    )


def _takes_the_same(function: Any, target: Any, call: cst.Call) -> bool:
    """Whether each argument means the same to both: a parameter of the same name, or one that both require."""
    try:
        old, new = (list(inspect.signature(one).parameters.values()) for one in (function, target))
    except (TypeError, ValueError):
        return False
    for position, argument in enumerate(call.args):
        if argument.star:
            return False
        if argument.keyword:
            name = argument.keyword.value
            if name not in {one.name for one in new} or name not in {one.name for one in old}:
                return False
        elif position >= min(len(old), len(new)):
            return False
        else:
            first, second = old[position], new[position]
            required = first.default is first.empty and second.default is second.empty
            if first.name != second.name and not required:
                return False
    return True
