"""What a model of images, sequences or several things at once is to learn: its targets, as the loss sees them."""

from __future__ import annotations

import ast
import sys
import warnings
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from dlexamples.data.flow import compared, evaluated
from dlexamples.data.refusal import CannotTell
from dlexamples.data.targets import is_known, is_of_classes, is_of_one_hot, loss_of, scene_framework

if TYPE_CHECKING:
    from dlexamples.data.samples import Sample
    from dlexamples.data.scene import Scene


class Kind(str, Enum):
    """What a target is."""

    CLASSES = "classes"
    """Whole numbers below the number of classes."""
    ONE_HOT = "one-hot classes"
    """One at the class, in the last dimension."""
    YES_NO = "yes or no"
    """0.0 or 1.0."""
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Goal:
    """The target of one sample."""

    kind: Kind
    shape: tuple[int, ...]
    classes: int
    """0 for numbers."""


def goal(found: Sample, reads: list[ast.expr], model: Any, scene: Scene) -> Goal:
    """The target that is read at `reads`, for what the model gives. Raises CannotTell."""
    if found.output is None:
        raise CannotTell("no model is alive whose output says what its targets look like")
    loss = loss_of(model, scene)
    if scene_framework(model, scene) == "torch":
        return _of_torch(found, loss, reads, scene)
    return _of_keras(found.output, loss, bounded=found.bounded)


def _of_keras(output: tuple[int, ...], loss: str, *, bounded: bool) -> Goal:
    if is_of_one_hot(loss) or is_of_classes(loss):
        _check_classes(output[-1] if output else 1)
        one_hot = is_of_one_hot(loss)
        return Goal(Kind.ONE_HOT if one_hot else Kind.CLASSES, output if one_hot else output[:-1], output[-1])
    return _numbers(output, loss, bounded=bounded)


def _of_torch(found: Sample, loss: str, reads: list[ast.expr], scene: Scene) -> Goal:
    output = found.output or ()
    pair = compared(reads, scene)
    seen = _shape(evaluated(pair[1], {}, found.given, scene)) if pair else None
    # Two samples were tried.
    prediction = seen if seen is not None else (2, *output)
    if not (is_of_classes(loss) or is_of_one_hot(loss)):
        expected = [prediction]
        shape = _fitting(_shapes(output), expected, pair, "float32", scene)
        return _numbers(output if shape is None else shape, loss, bounded=found.bounded)
    classes = prediction[1] if len(prediction) > 1 else 1
    _check_classes(classes)
    expected = [(prediction[0], *prediction[2:])]
    shape = _fitting(_shapes(output), expected, pair, "int64", scene)
    if shape is None:
        raise CannotTell(f"nothing says what its loss compares with {'x'.join(map(str, output))} numbers for a sample")
    return Goal(Kind.CLASSES, shape, classes)


def _numbers(shape: tuple[int, ...], loss: str, *, bounded: bool) -> Goal:
    """Numbers of that shape; ones and zeros for a loss, or an output, that knows nothing between."""
    if loss.startswith(("bce", "binary", "hinge")) or (bounded and not is_known(loss)):
        return Goal(Kind.YES_NO, shape, 2)
    return Goal(Kind.NUMBERS, shape, 0)


def _shapes(output: tuple[int, ...]) -> list[tuple[int, ...]]:
    """What a target may look like: as the output, without its channels, or one for each sample."""
    shapes = [output, output[1:], output[:-1], (), (1,)]
    return list(dict.fromkeys(shapes))


def _fitting(
    shapes: list[tuple[int, ...]],
    expected: list[tuple[int, ...]],
    pair: tuple[ast.expr, ast.expr, Any] | None,
    dtype: str,
    scene: Scene,
) -> tuple[int, ...] | None:
    """The shape that is as expected after what the code does to it: `targets.view(-1)`, `y.unsqueeze(1)`."""
    torch = sys.modules["torch"]
    for shape in shapes:
        value = torch.zeros(2, *shape, dtype=getattr(torch, dtype))
        if pair is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = evaluated(pair[0], {_text(pair[0]): value}, None, scene)
        if _shape(value) in expected:
            return shape
    return None


def _text(expression: ast.expr) -> str:
    """The data in it, as it is written: `labels` of `labels.view(-1)`, `batch['labels']`."""
    while True:
        match expression:
            case ast.Call(func=ast.Attribute(value=inner)):
                expression = inner
            case ast.Call(args=[inner, *_]):
                expression = inner
            case ast.Subscript(value=inner, slice=index) if not isinstance(index, ast.Constant):
                expression = inner
            case _:
                return ast.unparse(expression)


def _shape(value: Any) -> tuple[int, ...] | None:
    return tuple(int(size) for size in value.shape) if hasattr(value, "shape") else None


def _check_classes(outputs: int) -> None:
    if outputs < 2:
        raise CannotTell(f"this loss tells classes apart by one output each, and the model has {outputs}")
