"""GitLab's code quality: what a merge request shows beside its lines.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from dlexamples.reports import report
from dlexamples.reports.findings import findings
from dlexamples.reports.fingerprints import fingerprints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Policy, Report

SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


@report("gitlab")
def gitlab(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    """What no post answers for stands at the top of the repository: GitLab takes nothing without a path."""
    found = findings(reports, policy)
    rows = [
        {
            "description": each.text,
            "check_name": each.code,
            "fingerprint": fingerprint,
            "severity": SEVERITIES[each.level],
            "location": {"path": each.path or ".", "lines": {"begin": each.span.line, "end": each.span.end_line}},
        }
        for each, fingerprint in zip(found, fingerprints(found), strict=True)
    ]
    stream.write(json.dumps(rows, indent=2) + "\n")
