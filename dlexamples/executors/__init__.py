"""Where posts are run: an executor a file.

An executor takes the posts and the settings, tells of its progress on standard error, and gives the reports in the
order of the posts. What it cannot do itself, it says as `ExecutorError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dlexamples.errors import ToldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.cache import Cache
    from dlexamples.model import Document, Report
    from dlexamples.run.pool import Pool
    from dlexamples.settings import Settings


class ExecutorError(ToldError, RuntimeError):
    """Why posts cannot be run where the settings say, and what would do."""


class Ran(NamedTuple):
    """What came of the posts."""

    reports: Sequence[Report]
    faults: Sequence[str]
    """Tracebacks of our own, and posts of which there is no report."""
    cached: tuple[int, int] = (0, 0)
    """How many sessions the cache answered, and of how many."""


def executed(
    documents: Sequence[Document], settings: Settings, pool: Pool | None = None, cache: Cache | None = None
) -> Ran:
    """Runs the posts where `settings.executor` says; here with `pool` and `cache`, as `running` has them. Raises
    ExecutorError, and `DeviceNotHereError` of the runner."""
    kind, _, address = settings.executor.partition(":")
    if not documents:
        return Ran((), ())
    if kind == "ray":
        from dlexamples.executors import ray

        return ray.run(documents, settings, address)
    from dlexamples.executors import local

    return local.run(documents, settings, pool, cache)
