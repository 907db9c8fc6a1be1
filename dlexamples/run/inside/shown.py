"""What a block shows: its output, its warnings, its figures, and where its tensors are."""

from __future__ import annotations

import contextlib
import os
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any


def redirect(results: str, index: int) -> None:
    """From here on descriptors 1 and 2 write into the block's own files: what it starts writes there too."""
    flush()
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        path = os.path.join(results, f"{index}.{name}")
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(target, descriptor)
        os.close(target)


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
