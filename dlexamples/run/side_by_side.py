"""Sessions side by side, so many at once: their blocks run in processes of their own, and a thread waits for each."""

from __future__ import annotations

import os
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
"""Variables by which numerical libraries are told, as they are loaded, how many threads to compute with."""


LONGEST_WAIT = 1.0
"""Seconds. The kernel may give a signal to any thread, and Python acts on it in the main one, once that wakes up."""


class Lanes:
    """So many sessions at once; a context manager. With one, a session runs where its outcomes are asked for."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._executor = ThreadPoolExecutor(number, "session") if number > 1 else None

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor:
            self._executor.shutdown(cancel_futures=True)

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """What `work` makes of each item, as it comes. When one raises, those that have not begun are given up."""
        if self._executor is None:
            yield from map(work, items)
            return
        futures = [self._executor.submit(work, item) for item in items]
        try:
            yield from _as_completed(futures)
        finally:
            for future in futures:
                future.cancel()

    def in_order(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What `work` makes of each item; an item is asked for when it begins. When one raises, those that have not
        begun are given up."""
        if self._executor is None:
            return list(map(work, items))
        left, lock, given_up = enumerate(items), threading.Lock(), threading.Event()

        def next_one() -> tuple[int, T] | None:
            with lock:
                return None if given_up.is_set() else next(left, None)

        def work_on() -> dict[int, R]:
            found = {}
            while each := next_one():
                index, item = each
                found[index] = work(item)
            return found

        found: dict[int, R] = {}
        try:
            for some in _as_completed([self._executor.submit(work_on) for _ in range(self._number)]):
                found.update(some)
        finally:
            given_up.set()
        return [found[index] for index in sorted(found)]


def _as_completed(futures: Iterable[Future[R]]) -> Iterator[R]:
    pending = set(futures)
    while pending:
        done, pending = wait(pending, LONGEST_WAIT, FIRST_COMPLETED)
        for future in done:
            yield future.result()


def cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_limits(lanes: int) -> dict[str, str]:
    """The environment in which each of `lanes` processes computes with its share of the cores. What the user has set
    stands."""
    share = str(max(1, cores() // lanes))
    return {name: share for name in THREADS if lanes > 1 and name not in os.environ}
