"""Which line of the post a call of a library comes from."""

from __future__ import annotations

from types import FrameType

_GENERATED = "__autograph_generated_file"
"""TensorFlow runs a copy of the author's function, from a file of this name."""


def line_of(frame: FrameType | None, filename: str) -> int:
    """The line of `filename` that led to the call; 0 where none did."""
    while frame is not None:
        if frame.f_code.co_filename == filename:
            return frame.f_lineno
        frame = frame.f_back
    return 0


def is_direct(frame: FrameType | None, filename: str, libraries: tuple[str, ...]) -> bool:
    """Whether the post itself has called `libraries`, and no other library that knows what it does."""
    while frame is not None:
        if frame.f_code.co_filename == filename:
            return True
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in libraries and _GENERATED not in frame.f_code.co_filename:
            return False
        frame = frame.f_back
    return False


def is_inside(frame: FrameType | None, *names: str) -> bool:
    """Whether a function of one of these names, or of a module with one of them in its own, is running."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "").split(".")
        if frame.f_code.co_name in names or any(name in module for name in names):
            return True
        frame = frame.f_back
    return False
