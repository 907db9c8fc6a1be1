"""Losses that a list, or a sum, keeps with their graphs, for torch frees nothing that is held."""

from __future__ import annotations

from functools import partial
from typing import Any

from . import Watch, watches
from .seen import Kept
from .written import Written

FEWEST = 8
MOST_LOOKED_AT = 1000


@watches("torch")
def kept(torch: Any, watch: Watch) -> None:
    watch.ends.append(partial(_look, torch, watch))


def _look(torch: Any, watch: Watch, namespace: dict[str, Any], written: Written) -> None:
    for name, value in namespace.items():
        if name in watch.kept or name.startswith("__"):
            continue
        lists = list(value.values()) if type(value) is dict else [value]
        count = max((_backpropagated(torch, watch, each) for each in lists if type(each) is list), default=0)
        if count >= FEWEST:
            watch.kept[name] = Kept(name, written.added_to(name), "list", count)
        elif issubclass(type(value), torch.Tensor) and (count := _summed(torch, watch, value)) >= FEWEST:
            watch.kept[name] = Kept(name, written.added_to(name, ""), "sum", count)


def _backpropagated(torch: Any, watch: Watch, values: list[Any]) -> int:
    """How many of them are losses with a graph on which `backward` was called: each has done what it was for, and none
    of them waits to be summed up first, as those of a policy gradient do."""
    if not values or not isinstance(values[-1], torch.Tensor):
        return 0
    return sum(_has_run_backward(watch, value) for value in values[:MOST_LOOKED_AT])


def _has_run_backward(watch: Watch, value: Any) -> bool:
    found = watch.backpropagated.get(id(value))
    loss: Any = found() if found else None
    return loss is not None and loss is value and loss.grad_fn is not None


def _summed(torch: Any, watch: Watch, value: Any) -> int:
    """How many summands the graph of a sum holds, where `backward` was called on one of them and not on the sum."""
    node = value.grad_fn
    if node is None or value.dim() or _has_run_backward(watch, value):
        return 0
    losses: list[Any] = [found() for found in watch.backpropagated.values()]
    nodes = [loss.grad_fn for loss in losses if loss is not None and loss.grad_fn is not None]
    count, is_of_loss = 0, False
    while node is not None and node.name().startswith("AddBackward") and count < MOST_LOOKED_AT:
        before = [each for each, _ in node.next_functions if each is not None]
        count += 1
        is_of_loss = is_of_loss or any(each is of_loss for each in before for of_loss in nodes)
        node = before[0] if before else None
    return count if is_of_loss else 0
