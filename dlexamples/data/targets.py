"""What the loss wants of the targets."""

from __future__ import annotations

import ast
import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from dlexamples.data.live import is_classifier, kind
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.asked import Asked
    from dlexamples.data.scene import Scene


class Target(str, Enum):
    """The shape and dtype of targets for N rows of C classes, or of numbers."""

    CLASSES = "int64 (N,)"
    NUMBERS = "float64 (N,), as they come"
    COLUMN = "float32 (N, 1)"
    FLAT = "float32 (N,)"
    ONE_HOT = "float32 (N, C)"


# Spelt without case, underscores and the word "loss", so that one row serves every library.
_OF_CLASSES = {"crossentropy", "nll", "multimargin", "sparsecategoricalcrossentropy", "sparsecrossentropy"}
_OF_ONE_HOT = {"categoricalcrossentropy"}
_OF_NUMBERS = {
    *("mse", "meansquarederror", "mae", "meanabsoluteerror", "l1", "smoothl1", "huber", "logcosh", "softmargin"),
    *("bce", "bcewithlogits", "binarycrossentropy", "binarycrossentropywithlogits", "hinge", "binaryfocalcrossentropy"),
}
# `l1` and `hinge` by themselves are names for anything.
_LOSS_ENDINGS = ("loss", "entropy", "logits", "squarederror", "squared_error", "absoluteerror", "absolute_error")
# The code takes the last dimension off one side, so that both are shaped (N,).
_FLATTENS = re.compile(r"\.(un)?squeeze\(|\.(flatten|ravel)\(\)|\.(view|reshape)\(-1(, 1)?\)|newaxis|\[:, None\]")


def target(model: Any, model_asked: Asked, classes: int, scene: Scene) -> Target:
    """The form of the targets. Raises CannotTell when the loss and the model's outputs cannot hold the classes."""
    loss = loss_of(model, scene)
    units = model_asked.units
    if not classes:
        return _of_numbers(loss, model, model_asked, scene)
    if scene_framework(model, scene) == "torch" and loss in _OF_ONE_HOT:
        loss = "crossentropy"
    if loss in _OF_CLASSES | _OF_ONE_HOT and units is not None and units < classes:
        shown = "1 output" if units == 1 else f"{units} outputs"
        raise CannotTell(f"its {classes} classes need {classes} outputs for this loss, and the model has {shown}")
    if loss in _OF_CLASSES:
        return Target.CLASSES
    if loss in _OF_ONE_HOT:
        if units is not None and units != classes:
            raise CannotTell(
                f"this loss takes one output for each of its {classes} classes, and the model has {units} outputs"
            )
        return Target.ONE_HOT
    if loss in _OF_NUMBERS:
        return _numbers(loss, model, model_asked, classes, scene)
    return _of_consumer(model, model_asked, classes, scene)


def scene_framework(model: Any, scene: Scene) -> str:
    """The framework of the live model, else the session's."""
    return kind(model) if kind(model) in {"torch", "keras"} else scene.framework


def _numbers(loss: str, model: Any, model_asked: Asked, classes: int, scene: Scene) -> Target:
    units = model_asked.units
    if units == classes and classes > 1:
        return Target.ONE_HOT
    if loss.startswith(("bce", "binary")) and classes > 2:
        raise CannotTell(f"it has {classes} classes, and the loss tells only two apart")
    if model_asked.flat or (scene_framework(model, scene) == "torch" and _flattens(scene)):
        return Target.FLAT
    return Target.COLUMN


def _of_numbers(loss: str, model: Any, model_asked: Asked, scene: Scene) -> Target:
    if is_of_classes(loss) or loss.startswith(("bce", "binary", "hinge")):
        raise CannotTell("its targets are numbers, and this loss compares classes")
    if any(is_classifier(value) for value in scene.live.values()):
        raise CannotTell("its targets are numbers, and the estimator tells classes apart")
    if scene_framework(model, scene) == "numpy":
        return Target.NUMBERS
    if model_asked.flat or (scene_framework(model, scene) == "torch" and _flattens(scene)):
        return Target.FLAT
    return Target.COLUMN


def _of_consumer(model: Any, model_asked: Asked, classes: int, scene: Scene) -> Target:
    """No loss is known: a network by hand subtracts columns; an estimator, or a loop over rows, takes classes."""
    if kind(model) == "torch" and model_asked.units == 1:
        return Target.COLUMN
    products = any(isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) for node in _nodes(scene))
    called = {last_name(node.func) for node in _nodes(scene) if isinstance(node, ast.Call)}
    by_hand = (products or called & {"dot", "matmul"}) and "zip" not in called
    return Target.COLUMN if classes == 2 and by_hand else Target.CLASSES


def _flattens(scene: Scene) -> bool:
    return any(_FLATTENS.search(source) for source in scene.stop.sources)


def loss_of(model: Any, scene: Scene) -> str:
    """The loss of the live model, of a live criterion, or the one that the code names; plain() of it."""
    if kind(model) == "keras" and getattr(model, "loss", None) is not None:
        return plain(_name(model.loss))
    live = {plain(type(value).__name__) for value in scene.live.values() if kind(value) == "loss"}
    named = list(dict.fromkeys(_named(scene)))
    if len(live) == 1:
        return live.pop()
    return next((loss for loss in named if not live or loss in live), "")


def is_of_classes(loss: str) -> bool:
    """Whether the loss compares classes, and not numbers."""
    return loss in _OF_CLASSES | _OF_ONE_HOT


def is_known(loss: str) -> bool:
    """Whether it is a loss of a library, and says what its targets look like."""
    return loss in _OF_CLASSES | _OF_ONE_HOT | _OF_NUMBERS


def is_of_one_hot(loss: str) -> bool:
    """Whether it compares with a one for the class and zeros for the others."""
    return loss in _OF_ONE_HOT


def plain(name: str) -> str:
    """`BCEWithLogitsLoss`, `bce_with_logits_loss` and `mse` without case, underscores and the word "loss"."""
    name = name.lower().replace("_", "").removesuffix("loss")
    return name if name != "binarycrossentropywithlogits" else "bcewithlogits"


def _name(loss: Any) -> str:
    if isinstance(loss, str):
        return loss
    return str(getattr(loss, "__name__", type(loss).__name__))


def _named(scene: Scene) -> Iterator[str]:
    """The losses that the text names, those of the failing block first, the published text last."""
    known = _OF_CLASSES | _OF_ONE_HOT | _OF_NUMBERS
    for node in _nodes(scene):
        match node:
            case ast.keyword(arg="loss", value=ast.Constant(value=str() as name)):
                yield plain(name)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                if plain(name) in known and name.lower().endswith(_LOSS_ENDINGS):
                    yield plain(name)
    for source in scene.stop.published:
        for name in re.findall(r"loss\s*=\s*['\"](\w+)['\"]", source):
            if plain(name) in known:
                yield plain(name)


def _nodes(scene: Scene) -> Iterator[ast.AST]:
    failing = scene.stop.statement.block
    order = sorted(range(len(scene.trees)), key=lambda index: (index != failing, index))
    for index in order:
        yield from ast.walk(scene.trees[index])
