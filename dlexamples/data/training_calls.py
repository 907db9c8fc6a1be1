"""What a call that trains, predicts or measures is given."""

from __future__ import annotations

import ast
import contextlib
from typing import TYPE_CHECKING, Any

from dlexamples.data.live import kind
from dlexamples.data.scene import last_name

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

FIT = {"fit", "train", "evaluate", "partial_fit", "train_on_batch", "test_on_batch", "score", "fit_predict"}
PREDICT = {"predict", "predict_on_batch", "predict_proba", "transform", "fit_transform", "forward", "decision_function"}


def takes_pair(call: ast.Call, scene: Scene) -> bool:
    """Whether inputs and targets are given one by one: `fit(X, y)`, not `fit(data, 10)` or `fit(data, criterion)`."""
    second = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg == "y"), None)
    return second is not None and _may_hold_rows(second, scene)


def is_loss(call: ast.Call, scene: Scene) -> bool:
    """`criterion(output, y)`: a live criterion, or a call that is named like one and given two things."""
    if kind(scene.value(call.func)) == "loss":
        return True
    callee = last_name(call.func).lower()
    named = callee in {"criterion", "loss_fn", "loss_func", "loss_function", "cross_entropy", "nll_loss"}
    return (named or callee.endswith(("_loss", "_entropy", "_logits"))) and len(call.args) == 2


def _may_hold_rows(node: ast.expr, scene: Scene) -> bool:
    """False for a live object that has no rows, for a call of a class whose objects have none, and for a literal.

    What is not alive may hold anything.
    """
    if isinstance(node, ast.Constant | ast.Lambda):
        return False
    made = _live(node.func, scene) if isinstance(node, ast.Call) else None
    if isinstance(made, type):
        return _has_rows(made) and "__call__" not in _attributes(made)
    value = _live(node, scene)
    return value is None or (_has_rows(type(value)) and not callable(value) and not isinstance(value, str))


def _has_rows(kind_of_value: type) -> bool:
    return "__len__" in _attributes(kind_of_value)


def _attributes(kind_of_value: type) -> set[str]:
    return {name for base in kind_of_value.__mro__ for name in vars(base)}


def _live(node: ast.expr, scene: Scene) -> Any:
    """The object that `criterion`, `self.criterion` or `nn.MSELoss` stands for; None where none is alive."""
    if not isinstance(node, ast.Attribute):
        return scene.value(node)
    with contextlib.suppress(Exception):
        return getattr(_live(node.value, scene), node.attr)
    return None
