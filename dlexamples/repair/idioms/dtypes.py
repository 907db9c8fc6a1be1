"""A dtype of one library as another spells it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.idioms.spelling import resolved

if TYPE_CHECKING:
    from dlexamples.model import Stop

BUILTINS = (bool, float, int)
"""Taken by every library, and as the same: `float` has 64 bits."""


def library_of(value: Any) -> str:
    """The library whose dtype this is; '' for none."""
    numpy, torch, tensorflow = (sys.modules.get(name) for name in ("numpy", "torch", "tensorflow"))
    if torch is not None and isinstance(value, torch.dtype):
        return "torch"
    if tensorflow is not None and isinstance(value, resolved("tensorflow.DType")):
        return "tensorflow"
    is_numpy = numpy is not None and (
        isinstance(value, numpy.dtype) or (isinstance(value, type) and issubclass(value, numpy.generic))
    )
    return "numpy" if is_numpy else ""


def name_of(value: Any) -> str:
    """`float32` of any library's; '' where it is not known. A string is what NumPy calls so."""
    library = library_of(value)
    if library == "torch":
        return str(value).removeprefix("torch.")
    if library == "tensorflow":
        return str(value.name)
    numpy = sys.modules.get("numpy")
    if numpy is None or not (library or isinstance(value, str)):
        return ""
    try:
        return str(numpy.dtype(value).name)
    except TypeError:
        return ""


def in_library(stop: Stop, code: str, library: str) -> str | None:
    """The dtype that `code` says, as code or as a dotted name of `library`; None where that has no such dtype."""
    value = live.value_of(stop, code)
    if value is live.MISSING:
        return None
    if library_of(value) == library or value is None or any(value is builtin for builtin in BUILTINS):
        return code
    if library != "torch" and library_of(value) in ("", "numpy") and name_of(value):
        return code
    path = f"{library}.{name_of(value)}"
    return f"⟦{path}⟧" if name_of(value) and library_of(resolved(path)) == library else None
