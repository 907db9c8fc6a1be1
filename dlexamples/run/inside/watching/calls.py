"""Calls of a library's functions, told by the interpreter: nothing is put in their place, and nothing is to be seen.

A hook or a wrapper shows in `model._forward_hooks`, in a signature, in a traceback, and stops `torch.jit.script` and
`torch.compile`. Here the functions stay what they are: Python 3.12 and later tell the start and the end of single code
objects (`sys.monitoring`, PEP 669); before, `sys.settrace` tells every call to `lines.Lines`, which hands these on.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import partial
from types import CodeType, FrameType
from typing import Any

Start = Callable[[FrameType], None]
End = Callable[[FrameType, Any], None]
Begin = Callable[[FrameType], Any]


class Calls:
    """What is told when watched functions start and return. A watcher that fails is the last to be told anything."""

    def __init__(self, fault: Callable[[str], None]) -> None:
        self.fault = fault
        self.begins: dict[int, Begin] = {}
        """By the `id` of a code object, for a trace function: what it gives back traces the call."""
        self._watched: dict[int, tuple[CodeType, Start | None, End | None]] = {}
        self._tool: int | None = None

    def watch(self, function: Any, start: Start | None = None, end: End | None = None) -> None:
        """From now on the calls of `function`, below its decorators, are told. The end of one that raises is told with
        None, or not at all."""
        self.watch_code(_code(function), start, end)

    def watch_code(self, code: CodeType, start: Start | None = None, end: End | None = None) -> None:
        self._watched[id(code)] = (code, start, end)
        if sys.version_info >= (3, 12):
            self._monitor(code)
        else:
            self.begins[id(code)] = self._begin if end or not start else partial(self.tell, start)

    def forget(self, *functions: Any) -> None:
        """The calls of these are not told any more."""
        for code in map(_code, functions):
            self._watched.pop(id(code), None)
            self.begins.pop(id(code), None)
            if sys.version_info >= (3, 12) and self._tool is not None:
                sys.monitoring.set_local_events(self._tool, code, 0)

    def stop(self) -> None:
        """Nothing is told any more."""
        self.begins.clear()
        self._watched.clear()
        if sys.version_info >= (3, 12) and self._tool is not None:
            sys.monitoring.free_tool_id(self._tool)
            self._tool = None

    def tell(self, tell: Callable[..., None], *arguments: Any) -> None:
        """Calls `tell`; after a fault nothing is told any more."""
        try:
            tell(*arguments)
        except (RecursionError, MemoryError):
            self.stop()  # The block has left no room to look.
        except Exception:
            self.stop()
            self.fault(traceback.format_exc())

    def _begin(self, frame: FrameType) -> Any:
        """`sys.settrace`: a call starts, whose end is to be told, too."""
        _, start, end = self._watched[id(frame.f_code)]
        if start:
            self.tell(start, frame)
        if end is None:
            return None
        frame.f_trace_lines = False

        def inside(frame: FrameType, event: str, value: Any) -> Any:
            if event == "return":
                self.tell(end, frame, value)
            return inside

        return inside

    def _monitor(self, code: CodeType) -> None:
        monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        events = monitoring.events
        if self._tool is None:
            self._tool = next(number for number in (4, 3, 1, 0, 2, 5) if monitoring.get_tool(number) is None)
            monitoring.use_tool_id(self._tool, "calls")
            monitoring.register_callback(self._tool, events.PY_START, self._started)
            monitoring.register_callback(self._tool, events.PY_RETURN, self._returned)
        monitoring.set_local_events(self._tool, code, events.PY_START | events.PY_RETURN)

    def _started(self, code: CodeType, offset: int) -> None:
        watched = self._watched.get(id(code))
        if watched and watched[1]:
            self.tell(watched[1], sys._getframe(1))

    def _returned(self, code: CodeType, offset: int, value: Any) -> None:
        watched = self._watched.get(id(code))
        if watched and watched[2]:
            self.tell(watched[2], sys._getframe(1), value)


def _code(function: Any) -> CodeType:
    """Of a function below its decorators."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code: CodeType = function.__code__
    return code
