"""What a page says of all its posts together, and of each."""

from __future__ import annotations

import shlex
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.model import Applicability, Verdict
from dlexamples.reports.html.cards import MARKS, WORDS
from dlexamples.reports.terminal.openings import openings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dlexamples.model import Outcome, Policy, Report

ORDER = (
    Verdict.FAILED,
    Verdict.BLOCKED,
    Verdict.REPAIRED,
    Verdict.FILLED,
    Verdict.PASSED,
    Verdict.SKIPPED,
    Verdict.NOT_PYTHON,
)
"""What asks for its author first."""


class Count(NamedTuple):
    """How many blocks have one verdict."""

    verdict: str
    mark: str
    word: str
    number: int


def counts(outcomes: Iterable[Outcome]) -> list[Count]:
    found = Counter(outcome.verdict for outcome in outcomes)
    return [Count(v.value, MARKS[v], WORDS[v], found[v]) for v in ORDER if found[v]]


def standing(reports: Sequence[Report], policy: Policy) -> tuple[bool, str]:
    """Whether all is accepted, and the sentence that says so."""
    outcomes = [outcome for report in reports for outcome in report.outcomes]
    blocks = sum(outcome.verdict is not Verdict.NOT_PYTHON for outcome in outcomes)
    if not blocks:
        return False, "no Python block"
    refused = sum(not policy.accepts(outcome) for outcome in outcomes)
    if refused:
        return False, f"{plural(blocks, 'block')}, {refused} not accepted"
    if not all(map(policy.accepts_all, reports)):
        return False, f"{plural(blocks, 'block')}, something is wrong round them"
    return True, f"{plural(blocks, 'block')}, {'all ' if blocks > 1 else ''}accepted"


def remarks(report: Report) -> Iterator[str]:
    """What holds for a whole post: packages that came for it, what was open to its blocks, what to do next."""
    for why, group in groupby(report.document.environment.packages, key=lambda package: package.why):
        listed = ", ".join(f"{package.name} {package.version}" for package in group)
        yield f"installed for it: {listed} ({why})"
    yield from openings(report.sandbox)
    defined = sum(outcome.only_defines for outcome in report.outcomes)
    if defined:
        yield f"{plural(defined, 'block')} only define{'s' if defined == 1 else ''} what nothing calls"
    yield from _next_step(report)


def _next_step(report: Report) -> Iterator[str]:
    edited = [outcome.edits or outcome.corrections for outcome in report.outcomes]
    fixable = [edits for edits in edited if edits]
    unsafe = sum(any(edit.applicability is not Applicability.SAFE for edit in edits) for edits in fixable)
    path = shlex.quote(report.document.path.as_posix())
    if safe := len(fixable) - unsafe:
        yield f"`dlexamples fix {path}` writes the fixes of {plural(safe, 'block')}"
    if unsafe:
        yield f"`dlexamples fix --unsafe-fixes {path}` writes those of {plural(len(fixable), 'block')}"


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
