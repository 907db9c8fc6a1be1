"""Calls that do not exist: from where a session stopped to edits that may put it right.

A rule is a function in a file of its own under `rules/`, registered with `@rule`. It is asked at every stop, looks
at the live objects, and yields edits of the session's blocks; it remembers nothing. Whether an edit does put the
session right is found out by running it, which is not this package's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dlexamples.model import Proposal
from dlexamples.registry import Registry

if TYPE_CHECKING:
    from dlexamples.model import Stop

Rule = Callable[["Stop"], Iterator[Proposal]]
RULES: Registry[Rule] = Registry("dlexamples.repair.rules")


def rule(function: Rule) -> Rule:
    """Registers a rule under its function's name."""
    RULES.add(function.__name__, function)
    return function


def load() -> None:
    """Imports every rule, and reads every table."""
    from dlexamples.repair.idioms import rows
    from dlexamples.repair.invented import keywords, spelling
    from dlexamples.repair.tables import all_rows

    RULES.items()
    for read in (all_rows, rows.table, keywords.table, spelling.table):
        read()


def propose(stop: Stop) -> Iterator[Proposal]:
    """Edits that may put the stop right, most likely first."""
    for made in RULES.items().values():
        yield from made(stop)
