"""Runs is not trains: what a watched training says that its author did not mean.

One check a file, found by walking this folder: a function under `@check("DL4xx")` that gets a `Training` and yields
`Finding`s. What was watched are plain facts (`dlexamples.run.inside.watching`), so a check needs no framework. A check
that may be wrong about healthy code is no check: where the facts leave a doubt, it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.registry import Registry
from dlexamples.training.evidence import Training

if TYPE_CHECKING:
    from dlexamples.model import Result


@dataclass(frozen=True, slots=True)
class Remedy:
    """An edit whose meaning is certain: its name in `dlexamples.repair.corrections`, and where it starts from."""

    edit: str
    line: int
    about: str = ""
    """What was found there: the name of an activation."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a training, on a line of the document that ran."""

    line: int
    message: str
    suggestion: str
    """What would do; empty where nothing has to."""
    label: str = ""
    """What to write under the line."""
    related: tuple[tuple[int, str], ...] = ()
    """Other lines that explain it, each with its label."""
    level: str = "warning"
    said: Result | None = None
    """What the post says, where that is the place that is told, and not `line`."""
    remedy: Remedy | None = None


NOTHING_IS_UPDATED = ("DL404", "DL405", "DL412", "DL413", "DL414", "DL418", "DL428")
"""Each of these is the reason for what comes after it here, and for the symptoms."""
SYMPTOMS = ("DL422", "DL423", "DL429")
OF_TARGETS = "DL409"
"""The reason for whatever the loss does."""
FLAT = "DL429"
"""It is told where nothing else says why."""

Check = Callable[[Training], Iterator[Finding]]

_CHECKS: Registry[Check] = Registry("dlexamples.training")


def check(code: str) -> Callable[[Check], Check]:
    """Registers a check under the code of its diagnostic."""

    def register(function: Check) -> Check:
        _CHECKS.add(code, function)
        return function

    return register


def findings(training: Training) -> Iterator[tuple[str, Finding]]:
    """What the checks say, each with its code, by line; a symptom is not told beside its cause."""
    found = [(code, finding) for code, each in sorted(_CHECKS.items().items()) for finding in each(training)]
    explained = _explained({code for code, _ in found})
    told = [(code, finding) for code, finding in found if code not in explained]
    yield from sorted(told, key=lambda item: (item[1].line, item[0]))


def _explained(codes: set[str]) -> set[str]:
    """Those of `codes` that others of them are the reason for."""
    found: set[str] = set()
    cause = next((code for code in NOTHING_IS_UPDATED if code in codes), "")
    if cause:
        found |= {*NOTHING_IS_UPDATED[NOTHING_IS_UPDATED.index(cause) + 1 :], *SYMPTOMS}
    if OF_TARGETS in codes:
        found |= {"DL421", "DL425", "DL428", *SYMPTOMS}
    if codes - {FLAT, "DL422"}:
        found.add(FLAT)
    elif FLAT in codes:
        found.add("DL422")
    return found & codes
