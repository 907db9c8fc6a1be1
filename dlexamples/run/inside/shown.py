"""What a block shows: its output, its warnings, its figures, and where its tensors are."""

from __future__ import annotations

import contextlib
import os
import sys
import types
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from .channel import FIRST_OUT_OF_REACH

WRITTEN = ("stdout", "stderr", "where")
"""What a process of blocks writes into: standard output, standard error, and its stack when it is asked for it."""
MOST_OUTPUT = 200_000
"""Bytes of what a block writes into each that are kept, the last ones."""


class Streams:
    """The files that descriptors 1 and 2 write into: what the blocks start writes there too."""

    def __init__(self, files: Sequence[int]) -> None:
        """`files`: standard output and error, which are closed. Their like stay out of the way of a block that closes
        the first descriptors."""
        self.kept = [out_of_the_way(file) for file in files]

    def restore(self) -> None:
        """For the next block, whatever the last one has put in their place."""
        flush()
        for number, file in enumerate(self.kept, 1):
            os.dup2(file, number)

    def sizes(self) -> list[int]:
        return [os.fstat(file).st_size for file in self.kept]

    def dropped(self, begins: Sequence[int]) -> list[int]:
        """Takes away what will not be kept of what was written since: the next block finds room. How many bytes."""
        return [_dropped(file, begin) for file, begin in zip(self.kept, begins, strict=True)]


def _dropped(file: int, begin: int) -> int:
    before = os.fstat(file).st_size - MOST_OUTPUT - begin
    if before <= 0:
        return 0
    last = os.pread(file, MOST_OUTPUT, begin + before)
    os.ftruncate(file, begin)
    os.write(file, last)
    return before


def out_of_the_way(descriptor: int) -> int:
    """The same as a larger number."""
    try:
        from fcntl import F_DUPFD_CLOEXEC, fcntl
    except ImportError:  # Windows
        return descriptor
    found = fcntl(descriptor, F_DUPFD_CLOEXEC, FIRST_OUT_OF_REACH)
    os.close(descriptor)
    return found


def flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


@contextlib.contextmanager
def recorded_warnings(noted: list[dict[str, Any]], filename: str) -> Iterator[None]:
    """Warnings are shown as always, and noted with the post's line that led to them."""
    show = warnings.showwarning

    def note(message: Any, category: Any, *rest: Any) -> None:
        frame: types.FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename != filename:
            frame = frame.f_back
        line = frame.f_lineno if frame else 0
        noted.append({"category": category.__name__, "message": str(message), "line": line})
        show(message, category, *rest)

    warnings.showwarning = note  # type: ignore[assignment]
    try:
        yield
    finally:
        if warnings.showwarning is note:
            warnings.showwarning = show


def figures(results: str, index: int) -> list[str]:
    """Saves matplotlib's open figures as PNG files; returns their paths."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    paths: list[str] = []
    for number in pyplot.get_fignums() if hasattr(pyplot, "get_fignums") else ():
        path = os.path.join(results, f"{index}.{number}.png")
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pyplot.figure(number).savefig(path)
            paths.append(path)
    return paths


def device(code: list[types.CodeType], namespace: dict[str, Any]) -> str:
    """Where the tensors and models that the code speaks of really are: `cpu`, `cuda:0`, `cpu+cuda:0`."""
    found: set[str] = set()
    for name in {name for compiled in code for name in compiled.co_names}:
        with contextlib.suppress(Exception):
            found.add(_device_of(namespace.get(name)))
    return "+".join(sorted(found - {""})) or "cpu"


def _device_of(value: Any) -> str:
    packages = {kind.__module__.split(".")[0] for kind in type(value).__mro__}
    if "torch" in packages:
        tensor = next(value.parameters(), None) if hasattr(value, "parameters") else value
        return str(tensor.device) if tensor is not None and hasattr(tensor, "device") else ""
    if packages & {"tensorflow", "keras"}:
        tensor = value.weights[0].value if getattr(value, "weights", None) else value
        kind, _, number = str(getattr(tensor, "device", "")).lower().rpartition("device:")[2].partition(":")
        return {"cpu": "cpu", "gpu": f"cuda:{number}"}.get(kind, "")
    return ""
