"""What a session gave is kept, and given again while nothing has changed that decides it.

An entry lies under a key of all that is known before a run (`key.py`), and holds what is known only after it: what the
run stood on (`ground.py`). It is taken when that is still so. Outcomes are kept relative to the session's first line:
prose that is added above moves them (`moved.py`).
"""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from dlexamples.cache.entry import Entry, decoded, encoded
from dlexamples.cache.files import contents
from dlexamples.cache.ground import ground, still_holds
from dlexamples.cache.installed import look
from dlexamples.cache.key import key_of
from dlexamples.cache.moment import Lately
from dlexamples.cache.moved import names_a_line, shifted
from dlexamples.cache.store import Disk, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dlexamples.model import Document, Outcome, Session
    from dlexamples.run.conditions import Conditions
    from dlexamples.run.record import Imported
    from dlexamples.settings import Settings


OF_THIS_DAY = re.compile(
    r"out ?of ?memory|MemoryError|no space left|too many open files|temporarily unavailable|timed out|"
    r"connection|stops in one run and not in the next",
    re.IGNORECASE,
)
"""In the reason of a failure for which something else on the machine may be to blame, or chance."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What running a session gave."""

    outcomes: tuple[Outcome, ...]
    """Of the blocks that it judges."""
    imported: Imported | None
    """None where the run did not come to its end."""
    stopped: bool
    """Mends were looked for, in all of the post and all that is installed."""
    unsteady: bool = False
    """It may end otherwise another day: time was up, or a process ended under a block."""
    faulty: bool = False
    """We have failed in it, or before it."""


class Cache:
    """The cache of one command."""

    def __init__(self, kept: Store | None = None, passing: Store | None = None) -> None:
        """`kept`: for what holds until something changes. `passing`: for the rest, which holds for this command alone:
        time-outs, say. Without either every session is run."""
        self.kept = kept
        self.passing = passing
        self._asked = self._answered = 0
        self._counting = Lock()
        self._began = time.time()
        self._installed, self._contents = Lately(look), Lately(contents)
        self._at_start = look() if kept or passing else None

    @property
    def is_outdated(self) -> bool:
        """Packages have come, gone or changed since: a warm server may hold what they were."""
        return self._at_start is not None and look() != self._at_start

    def look_anew(self) -> None:
        """Another command begins: what the last one has seen may have changed since."""
        self._installed.forget()
        self._contents.forget()

    def get(self, session: Session, document: Document, conditions: Conditions) -> tuple[Outcome, ...] | None:
        """The outcomes, where there are any that still hold: then the session is not to be asked for again."""
        key = self._key(session, document, conditions)
        found = self._found(key, session, document) if key else None
        if found is not None:
            self._count(answered=True)
        return found

    def outcomes(
        self, session: Session, document: Document, conditions: Conditions, run: Callable[[], Judged]
    ) -> tuple[Outcome, ...]:
        """The outcomes as they are kept, or those of `run`, which are kept then. Of several processes that ask for the
        same at once one runs it, and the others wait."""
        key = self._key(session, document, conditions)
        if key is None:
            self._count(answered=False)
            return run().outcomes
        with ExitStack() as locks:
            found = self._found(key, session, document)
            if found is None:
                for store in self._stores():
                    locks.enter_context(store.locked(key))
                found = self._found(key, session, document)
            self._count(answered=found is not None)
            if found is not None:
                return found
            judged = run()
            self._keep(key, judged, session, document, conditions)
        return judged.outcomes

    def counted(self) -> tuple[int, int]:
        """How many sessions were not run, of how many that were asked for since this was called last."""
        with self._counting:
            counted = self._answered, self._asked
            self._answered = self._asked = 0
        return counted

    def _count(self, *, answered: bool) -> None:
        with self._counting:
            self._asked += 1
            self._answered += answered

    def _stores(self) -> list[Store]:
        return [store for store in (self.kept, self.passing) if store]

    def _key(self, session: Session, document: Document, conditions: Conditions) -> str | None:
        return key_of(session, conditions, str(document.path)) if self._stores() else None

    def _found(self, key: str, session: Session, document: Document) -> tuple[Outcome, ...] | None:
        first = session.blocks[0].line
        for store in self._stores():
            entry = decoded(key, store.read(key))
            if not entry or entry.line not in (None, first):
                continue
            here = self._installed(document.environment.folder)
            if still_holds(entry.ground, document, here, self._contents):
                blocks = {block.id: block for block in session.blocks}
                return tuple(
                    replace(shifted(outcome, first), block=blocks[outcome.block.id], session=session.name)
                    for outcome in entry.outcomes
                )
        return None

    def _keep(self, key: str, judged: Judged, session: Session, document: Document, conditions: Conditions) -> None:
        if judged.faulty or (judged.imported is None and not judged.unsteady):
            return
        if self._installed("") != self._at_start:
            return
        by_chance = any(OF_THIS_DAY.search(outcome.reason) for outcome in judged.outcomes)
        steady = not (by_chance or judged.unsteady or conditions.network)
        store = self.kept if steady and self.kept else self.passing
        here = self._installed(document.environment.folder)
        stood_on = ground(judged, session, document, here, self._began)
        if store is None or stood_on is None:
            return
        first = session.blocks[0].line
        line = first if names_a_line(judged.outcomes, session, document.path) else None
        data = encoded(Entry(key, line, stood_on, tuple(shifted(outcome, -first) for outcome in judged.outcomes)))
        if data is not None:
            store.write(key, data)


def cache_of(settings: Settings, *, passing: Store | None = None) -> Cache:
    """The cache that the settings ask for."""
    return Cache(Disk(folder_of(settings)) if settings.cache else None, passing)


def folder_of(settings: Settings) -> Path:
    """Where outcomes are kept: `cache-dir`, relative to the settings' file, or the user's cache."""
    if settings.cache_dir:
        return settings.folder / settings.cache_dir / "outcomes"
    from platformdirs import user_cache_path

    return user_cache_path("dlexamples") / "outcomes"
