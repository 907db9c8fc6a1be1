"""The badge that a README shows: what an endpoint of shields answers.

https://shields.io/badges/endpoint-badge
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from dlexamples.model import Verdict
from dlexamples.reports import report
from dlexamples.reports.findings import FAULT, PROBLEM, findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Policy, Report

RUN = frozenset({Verdict.PASSED, Verdict.FILLED, Verdict.REPAIRED})


@report("badge")
def badge(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    stream.write(json.dumps({"schemaVersion": 1, "label": "examples", **_said(reports, policy)}, indent=2) + "\n")


def _said(reports: Sequence[Report], policy: Policy) -> dict[str, Any]:
    """Red where the gate is, whatever the count says; no colour at all where nothing was run."""
    found = findings(reports, policy)
    if any(each.code in {FAULT, PROBLEM} for each in found):
        return {"message": "not checked", "color": "red", "isError": True}
    outcomes = [outcome for report in reports for outcome in report.outcomes if outcome.block.is_python]
    runs = sum(outcome.verdict in RUN for outcome in outcomes)
    message = f"{runs} of {len(outcomes)} run" if outcomes else "none"
    if any(each.level == "error" for each in found):
        return {"message": message, "color": "red"}
    if not runs:
        return {"message": message, "color": "lightgrey"}
    known = any(outcome.known for outcome in outcomes)
    return {"message": message, "color": "yellow" if known else "brightgreen"}
