"""What kind of thing a live object is, told without importing the library that made it."""

from __future__ import annotations

from typing import Any

_BASES = {
    ("torch", "Module"): "torch",
    ("keras", "Model"): "keras",
    ("tf_keras", "Model"): "keras",
    ("sklearn", "BaseEstimator"): "estimator",
}


def kind(value: Any) -> str:
    """`torch` or `keras` for a model, `loss` for a torch criterion, `estimator` for scikit-learn's, else nothing."""
    for base in type(value).__mro__:
        home = base.__module__.partition(".")[0]
        if home == "torch" and base.__name__ == "_Loss":
            return "loss"
        if home == "torch" and base.__name__ == "Module" and type(value).__name__.endswith(("Loss", "Criterion")):
            return "loss"
        if found := _BASES.get((home, base.__name__)):
            return found
    return ""


def is_classifier(value: Any) -> bool:
    """Whether it is a scikit-learn estimator that tells classes apart."""
    return any(base.__name__ == "ClassifierMixin" for base in type(value).__mro__)


def own_method(value: Any, name: str) -> bool:
    """Whether `name` is a method that the post's author wrote, in a class of the session."""
    owner = next((base for base in type(value).__mro__ if name in vars(base)), object)
    return owner.__module__ == "__main__"
