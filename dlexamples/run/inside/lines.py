"""Which of the post's lines were executed, told by the interpreter without touching the code that runs.

Python 3.12 and later: `sys.monitoring` (PEP 669), set on the post's own code objects alone, so that libraries run at
full speed. Before: `sys.settrace`, which leaves every frame that is not the post's at its call.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any


def code_lines(code: CodeType) -> set[int]:
    """Lines of `code` and of everything defined in it that hold something to execute."""
    found = {line for _, _, line in code.co_lines() if line}
    if code.co_name != "<module>":
        # A function's own first line belongs to its definition, which the enclosing code executes.
        found.discard(code.co_firstlineno)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= code_lines(constant)
    return found


def function_lines(code: CodeType, inside: bool = False) -> set[int]:
    """Lines inside the bodies of functions, lambdas and comprehensions excepted."""
    found: set[int] = set()
    is_function = bool(code.co_flags & 0x1) and not code.co_name.startswith("<")
    if inside or is_function:
        found |= {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= function_lines(constant, inside or is_function)
    return found


class Lines:
    """The lines of the post that have run since the start."""

    def __init__(self, calls: Mapping[int, Callable[[FrameType], Any]]) -> None:
        """`calls`: by the `id` of a code object, who is told its calls where there is one trace function for all."""
        self.calls = calls
        self.run: set[int] = set()
        self._tool = 0
        self._own: dict[int, Callable[[FrameType], Any]] = {}
        """The same of the post's own code."""
        self._watched: list[CodeType] = []
        """Kept alive: the `id` of one that is gone may be another's."""

    def start(self) -> None:
        if sys.version_info >= (3, 12):
            monitoring = sys.monitoring
            self._tool = next(n for n in (3, 4, 1, 0, 2, 5) if monitoring.get_tool(n) is None)
            monitoring.use_tool_id(self._tool, "lines")
            monitoring.register_callback(self._tool, monitoring.events.LINE, self._line)
        else:
            sys.settrace(_trace_function(self._own, self.calls))

    def watch(self, code: CodeType) -> None:
        """To be called with each code object of the post before it runs."""
        if sys.version_info >= (3, 12):
            sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.LINE)
        else:
            self._own[id(code)] = _begins(code, self.run)
            self._watched.append(code)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self.watch(constant)

    def stop(self) -> None:
        if sys.version_info >= (3, 12):
            sys.monitoring.free_tool_id(self._tool)
        else:
            sys.settrace(None)

    def _line(self, code: CodeType, line: int) -> Any:
        self.run.add(line)
        return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]


def _trace_function(
    own: Mapping[int, Callable[[FrameType], Any]], calls: Mapping[int, Callable[[FrameType], Any]]
) -> Callable[..., Any]:
    """What the interpreter asks at each call of each library: no attribute is looked up that need not be."""

    def trace(frame: FrameType, event: str, argument: Any, number_of: Callable[[object], int] = id) -> Any:
        number = number_of(frame.f_code)
        if number in own:
            return own[number](frame)
        if number in calls:
            return calls[number](frame)
        return None

    return trace


def _begins(code: CodeType, run: set[int]) -> Callable[[FrameType], Any]:
    """Traces the calls of `code` until each of its lines has run; a loop then goes on at full speed."""
    left = {line for _, _, line in code.co_lines() if line}

    def inside(frame: FrameType, event: str, argument: Any) -> Any:
        line = frame.f_lineno
        if line in left:
            left.remove(line)
            run.add(line)
            frame.f_trace_lines = bool(left)
        return inside

    def begin(frame: FrameType) -> Any:
        return inside(frame, "call", None) if left else None

    return begin
