"""What the traceback of a stop still holds: the modules that were running, with what they were given.

torch passes every call of a module through `Module._call_impl(self, *args, **kwargs)`, whose frame keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.repair.live import is_module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from dlexamples.model import Stop

CALL = "_call_impl"


@dataclass(frozen=True, slots=True)
class Running:
    """A module whose call had not returned."""

    module: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    caller: int
    """The index in `Stop.frames` of the post's frame that called it, or called what called it."""


def frames(error: BaseException) -> Iterator[FrameType]:
    """Outermost first."""
    link = error.__traceback__
    while link is not None:
        yield link.tb_frame
        link = link.tb_next


def running(stop: Stop) -> list[Running]:
    """The modules that were running, outermost first."""
    found: list[Running] = []
    caller = -1
    for frame in frames(stop.error):
        if frame.f_globals is stop.namespace:
            caller += 1
        elif caller >= 0 and frame.f_code.co_name == CALL and is_module(frame.f_locals.get("self")):
            names = frame.f_locals
            found.append(Running(names["self"], names.get("args", ()), names.get("kwargs", {}), caller))
    return found if caller == len(stop.frames) - 1 else []


def inner_function(stop: Stop, *names: str) -> dict[str, Any] | None:
    """The locals of the innermost function of a library that has one of these names."""
    found = [f for f in frames(stop.error) if f.f_globals is not stop.namespace and f.f_code.co_name in names]
    return found[-1].f_locals if found else None


def same(one: Any, other: Any) -> bool:
    """Whether two tensors are one, or views of the same numbers in the same shape."""
    if one is other:
        return True
    if type(one) is not type(other) or not hasattr(one, "data_ptr") or one.shape != other.shape:
        return False
    return bool(one.data_ptr() == other.data_ptr()) and one.stride() == other.stride() and one.dtype == other.dtype
