"""Counts, a line each: what a shell reads, and what the outputs of a GitHub action are written as."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TextIO

from dlexamples.model import Verdict
from dlexamples.reports import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Policy, Report


@report("counts")
def counts(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    """`posts`, `blocks` (of Python), one line a verdict, `not-accepted`, `known`; sums of all posts."""
    outcomes = [outcome for report in reports for outcome in report.outcomes]
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    told = {
        "posts": len(reports),
        "blocks": len(outcomes) - verdicts[Verdict.NOT_PYTHON],
        **{verdict.value.replace("_", "-"): verdicts[verdict] for verdict in Verdict},
        "not-accepted": sum(not policy.accepts(outcome) for outcome in outcomes),
        "known": sum(outcome.known for outcome in outcomes),
    }
    stream.writelines(f"{name}={number}\n" for name, number in told.items())
