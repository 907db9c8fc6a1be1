"""What a command has at hand while posts are run: a pool, a runner a post, progress on standard error."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dlexamples.cache import Cache
    from dlexamples.model import Document, Outcome, Report
    from dlexamples.reports.progress import Progress
    from dlexamples.run.pool import Pool
    from dlexamples.run.runner import Runner
    from dlexamples.settings import Settings


@dataclass(frozen=True, slots=True)
class Running:
    """What is there while posts are run."""

    equipped: Callable[[Document], Document]
    """With the packages that a post wants and that are not here, where that is asked for."""
    runner_for: Callable[[Document], Runner]
    progress: Progress
    faults: list[str]
    """Tracebacks of our own."""
    cache: Cache


@contextmanager
def running(
    settings: Settings, pool: Pool | None = None, cache: Cache | None = None, stream: TextIO | None = None
) -> Iterator[Running]:
    """A pool for all posts, and a runner for each, with progress on `stream`, by default standard error. `pool`: one
    that stays; `cache`: in place of the one that the settings ask for."""
    from dlexamples.cache import cache_of
    from dlexamples.reports.progress import progress
    from dlexamples.run.conditions import Conditions
    from dlexamples.run.pool import Pool
    from dlexamples.run.runner import Runner
    from dlexamples.run.side_by_side import Lanes

    faults: list[str] = []
    cache = cache or cache_of(settings)
    # The pool closes first: what the lanes wait for ends with it.
    with (
        Lanes(settings.lanes) as lanes,
        nullcontext(pool) if pool else Pool(lanes=settings.lanes) as pool,
        progress(stream) as shown,
    ):

        def equipped(document: Document) -> Document:
            if not settings.install:
                return document
            from dlexamples.install import equipped

            return equipped(document, shown.installing)

        def runner_for(document: Document) -> Runner:
            return Runner(
                pool,
                document,
                Conditions.of(settings),
                running=shown.running,
                faults=faults,
                lanes=lanes,
                cache=cache,
            )

        yield Running(equipped, runner_for, shown, faults, cache)


def checked(
    document: Document, runner: Runner, settings: Settings, progress: Progress, *, named: bool = True
) -> Report:
    """The report of one post. `named`: as in `Report`."""
    from dlexamples.check import check as outcomes_of
    from dlexamples.model import Report

    progress.started(document, sum(block.is_python for block in document.blocks))
    outcomes: dict[str, Outcome] = {}
    for outcome in outcomes_of(document, runner, settings.session):
        outcomes[outcome.block.id] = outcome
        if outcome.block.is_python:
            progress.finished(outcome)
    return Report(document, tuple(outcomes[block.id] for block in document.blocks), named)
