"""What the installed library has and takes, asked of the live objects."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def accepts(function: Any, positional: int, keywords: Iterable[str]) -> bool:
    """Whether a call with so many positional arguments and these keywords fits the signature. True when the
    function tells no signature: only a certain refusal counts."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*[None] * positional, **dict.fromkeys(keywords))
    except TypeError:
        return False
    return True


def has_own(obj: Any, name: str, library: str) -> bool:
    """Whether the object or a class that is not the library's defines `name`."""
    if name in getattr(obj, "__dict__", {}):
        return True
    definer = next((cls for cls in type(obj).__mro__ if name in vars(cls)), None)
    return definer is not None and definer.__module__.partition(".")[0] != library


def public_name(cls: type) -> str:
    """The shortest dotted name that a reader would import the class by: `torch.nn.Sequential`."""
    package = cls.__module__.split(".")
    for depth in range(1, len(package) + 1):
        module = sys.modules.get(".".join(package[:depth]))
        if getattr(module, cls.__name__, None) is cls:
            prefix = ".".join(package[:depth])
            return cls.__name__ if prefix == "__main__" else f"{prefix}.{cls.__name__}"
    return cls.__name__
