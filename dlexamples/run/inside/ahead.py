"""What an import does beside giving modules: one that does nothing else a lane may make ahead of its runs."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Iterator, Sequence
from typing import Any

from .imported import look_round
from .limits import children

ALLOCATORS = {"jemalloc_bg_thd"}
"""Threads that see to their own restart after a fork (jemalloc's manual, `background_thread`)."""


def make(job: dict[str, Any], written: Sequence[int]) -> bool:
    """The imports of `job["ahead"]`, in the process that will fork its runs. False where one does more than it should,
    whatever was told of it: this process forks no run then. `written`: files as `shown.WRITTEN` names them."""
    if not job["ahead"]:
        return True
    main = types.ModuleType("__main__")
    main.__file__ = job["script"]
    sys.modules["__main__"], sys.argv = main, [job["script"]]
    with _writing(written):
        if not all(_is_made(statement, job["filename"]) for statement in job["ahead"]):
            return False
    # What is in memory stays there, shared with each run.
    look_round(job["beside"])
    gc.collect()
    gc.freeze()
    return True


def _is_made(statement: str, filename: str) -> bool:
    effects = Effects()
    try:
        exec(compile(statement, filename, "exec", dont_inherit=True), {})
    except Exception:
        return False
    return effects.are_none()


@contextlib.contextmanager
def _writing(written: Sequence[int]) -> Iterator[None]:
    """What is shown meanwhile goes there."""
    before = [os.dup(number) for number in (1, 2)]
    for number, file in zip((1, 2), written, strict=False):
        os.dup2(file, number)
    try:
        yield
    finally:
        for number, file in zip((1, 2), before, strict=True):
            os.dup2(file, number)
            os.close(file)


class Effects:
    """Of one import: how long it takes, and whether it does nothing but give modules."""

    def __init__(self) -> None:
        self.before = list(_state())
        self.started = time.perf_counter()

    def told(self) -> dict[str, Any]:
        """Once it is done."""
        seconds = time.perf_counter() - self.started
        return {"seconds": seconds, "alone": self.are_none()}

    def are_none(self) -> bool:
        return self.before == list(_state())


def _state() -> Iterator[object]:
    """What an import should leave as it is: what is shown, signals, threads, processes, descriptors. Of random numbers
    all begin anew after the imports, and files stay with their lane (`room`)."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    yield [os.fstat(descriptor).st_size for descriptor in (1, 2)]
    yield [signal.getsignal(number) for number in signal.valid_signals()]
    yield threading.active_count(), _threads(), list(children("self"))
    yield len(os.listdir("/proc/self/fd"))


def _threads() -> int:
    """Those that compute, or wait to: a child that is forked beside them lacks them, and may wait for them for ever."""
    names = (_text(f"/proc/self/task/{number}/comm") for number in os.listdir("/proc/self/task"))
    return sum(name.strip() not in ALLOCATORS for name in names)


def _text(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
