"""What a live model ends in, for losses that take probabilities or logits."""

from __future__ import annotations

from typing import Any

from dlexamples.repair.live import torch_module, undisturbed

ACTIVATIONS = ("log_softmax", "logsoftmax", "softmax", "logsigmoid", "sigmoid")
SHAPE_ONLY = frozenset({"squeeze", "unsqueeze", "view", "reshape", "flatten", "Flatten", "Unflatten", "getitem"})
"""Operations after the activation that keep its values."""


def last_activation(model: Any) -> str:
    """`sigmoid`, `softmax`, `log_softmax` … as the last computation of `forward`, or ''."""
    torch = torch_module()
    try:
        with undisturbed():
            graph = torch.fx.symbolic_trace(model).graph
    except Exception:  # a forward that decides by values cannot be traced
        leaves = [module for module in model.modules() if not list(module.children())]
        return _activation(type(leaves[-1]).__name__) if leaves else ""
    node = next(node for node in graph.nodes if node.op == "output").args[0]
    while True:
        name = _operation(node, model)
        if name not in SHAPE_ONLY or not node.args:
            return _activation(name)
        node = node.args[0]


def _operation(node: Any, model: Any) -> str:
    if getattr(node, "op", "") == "call_module":
        return type(model.get_submodule(node.target)).__name__
    target = getattr(node, "target", "")
    return target if isinstance(target, str) else getattr(target, "__name__", "")


def _activation(name: str) -> str:
    plain = name.lower().replace("_", "")
    return next((found for found in ACTIVATIONS if found.replace("_", "") == plain), "")
