"""scikit-learn's estimators take rows of any width: what the code makes of them tells which task a row belongs to."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dlexamples.data.refusal import CannotTell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

CLASSES, NUMBERS = "classes", "numbers"
_TEXT = "sklearn.feature_extraction.text"


def task(scene: Scene) -> str:
    """CLASSES or NUMBERS, as the session's estimators predict; CLASSES where all that it has would take any rows.

    Empty where it has none, or where one takes texts. Raises CannotTell where estimators of both kinds are made.
    """
    made = dict.fromkeys(_made(scene))
    if not made or any(each.__module__ == _TEXT for each in made):
        return ""
    bases = {base.__name__ for each in made for base in each.__mro__}
    if {"ClassifierMixin", "RegressorMixin"} <= bases:
        raise CannotTell("the code trains a classifier and a regressor, and nothing says which of them it is for")
    return NUMBERS if "RegressorMixin" in bases else CLASSES


def _made(scene: Scene) -> Iterator[Any]:
    """The classes of scikit-learn's estimators of which the code makes one."""
    for tree in scene.trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                value = _class(node.func, scene)
                bases = getattr(value, "__mro__", ())
                if any(b.__name__ == "BaseEstimator" and b.__module__.startswith("sklearn") for b in bases):
                    yield value


def _class(node: ast.expr, scene: Scene) -> Any:
    """`RandomForestClassifier`, or `svm.SVC` of a module that is alive."""
    if isinstance(node, ast.Attribute):
        return getattr(scene.value(node.value), node.attr, None)
    return scene.value(node)
