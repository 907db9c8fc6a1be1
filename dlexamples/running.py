"""What a command has at hand while posts are run: a pool, a runner a post, progress on standard error."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dlexamples.cache import Cache
    from dlexamples.model import Document, Outcome, Report, Sandbox
    from dlexamples.reports.progress import Progress
    from dlexamples.run.conditions import Conditions
    from dlexamples.run.pool import Pool
    from dlexamples.run.runner import Runner
    from dlexamples.settings import Settings


@dataclass(frozen=True, slots=True)
class Running:
    """What is there while posts are run."""

    equipped: Callable[[Document], Document]
    """With the packages that a post wants and that are not here, where that is asked for; and with what it states of
    its environment and has not."""
    runner_for: Callable[[Document], Runner]
    """Starts what runs blocks, where nothing has been run before."""
    conditions: Conditions
    progress: Progress
    faults: list[str]
    """Tracebacks of our own."""
    cache: Cache
    sandbox: Callable[[], Sandbox]
    """How blocks are shut in; it tries what this machine can when it is first asked, or a block is run."""


def begin(settings: Settings) -> None:
    """What takes time and needs no post, beside their being read."""
    if settings.sandbox != "off" and settings.executor == "local":
        from dlexamples.run.machine import try_ahead

        try_ahead()


@contextmanager
def running(
    settings: Settings, pool: Pool | None = None, cache: Cache | None = None, stream: TextIO | None = None
) -> Iterator[Running]:
    """A pool for all posts that are run, and a runner for each, with progress on `stream`, by default standard error,
    where it is also told what this machine lacks to shut blocks in. `pool`: one that stays; `cache`: in place of the
    one that the settings ask for.

    Raises `dlexamples.run.machine.NotShutInError`.
    """
    from dlexamples.cache import cache_of
    from dlexamples.equipped import equipped as with_packages
    from dlexamples.reports.progress import progress
    from dlexamples.run import machine
    from dlexamples.run.conditions import Conditions
    from dlexamples.run.side_by_side import Lanes

    faults: list[str] = []
    conditions = Conditions.of(settings)
    if conditions.sandbox == "require":
        machine.sandbox(conditions)
    cache = cache or cache_of(settings)
    cache.look_anew()
    # The pool closes first: what the lanes wait for ends with it.
    with (
        Lanes(settings.lanes) as lanes,
        progress(stream) as shown,
        _on_demand(pool, settings.lanes) as pool_here,
    ):

        def equipped(document: Document) -> Document:
            return with_packages(document, settings.install, shown.installing)

        def runner_for(document: Document) -> Runner:
            from dlexamples.run.runner import Runner

            return Runner(
                pool_here(),
                document,
                conditions,
                running=shown.running,
                faults=faults,
                lanes=lanes,
                cache=cache,
            )

        yield Running(equipped, runner_for, conditions, shown, faults, cache, lambda: machine.sandbox(conditions))
    if lacking := machine.sandbox(conditions).lacking:
        told = f"dlexamples: this machine does not shut blocks in wholly: {'; '.join(lacking)}"
        print(told, file=stream or sys.stderr)


@contextmanager
def _on_demand(given: Pool | None, lanes: int) -> Iterator[Callable[[], Pool]]:
    """The pool that is `given`, or one that is started when it is first asked for, from any thread. Once this has ended
    a thread that still asks gets RuntimeError: nobody would close what it starts."""
    made = [given] if given else []
    has_ended = False
    starting = Lock()

    def pool() -> Pool:
        from dlexamples.run.pool import Pool

        with starting:
            if has_ended:
                raise RuntimeError("nothing is run any more")
            if not made:
                made.append(Pool(lanes=lanes))
            return made[0]

    try:
        yield pool
    finally:
        with starting:
            has_ended = True
        for own in [each for each in made if each is not given]:
            own.close()


def checked(document: Document, settings: Settings, at_hand: Running, *, named: bool = True) -> Report:
    """The report of one post. `named`: as in `Report`."""
    from dlexamples.check import outcomes_of
    from dlexamples.model import Report

    at_hand.progress.started(document, sum(block.is_python for block in document.blocks))
    outcomes: dict[str, Outcome] = {}
    runner = partial(at_hand.runner_for, document)
    for outcome in outcomes_of(document, at_hand.cache, at_hand.conditions, runner, settings.session):
        outcomes[outcome.block.id] = outcome
        if outcome.block.is_python:
            at_hand.progress.finished(outcome)
    found = tuple(outcomes[block.id] for block in document.blocks)
    return Report(document, found, named, at_hand.sandbox())
