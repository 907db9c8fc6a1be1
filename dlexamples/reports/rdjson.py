"""Reviewdog's diagnostics, with suggestions that a reviewer takes with one click.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf. A column counts UTF-8's bytes, from 1; a range without
columns is whole lines, as reviewdog itself has them for what it reads from a diff.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from dlexamples.reports import report
from dlexamples.reports.findings import findings, plain
from dlexamples.repository import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Edit, Policy, Report, Span
    from dlexamples.reports.findings import Finding

SEVERITIES = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


@report("rdjson", suggestions=True)
def rdjson(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    """A block's fix is one suggestion: half of it was never run."""
    told = [*map(_diagnostic, findings(reports, policy)), *(each for report in reports for each in _offered(report))]
    log = {"source": {"name": "dlexamples"}, "severity": "ERROR", "diagnostics": told}
    stream.write(json.dumps(log, indent=2) + "\n")


def _diagnostic(found: Finding) -> dict[str, Any]:
    place = {"path": found.path, "range": _range(found.span, found.rows)} if found.path else {"path": "."}
    related = [
        {"message": each.message, "location": {"path": found.path, "range": _range(each.span, found.rows)}}
        for each in found.related
    ]
    return {
        "message": found.text,
        "location": place,
        "severity": SEVERITIES[found.level],
        "code": {"value": found.code},
        **({"related_locations": related} if related else {}),
    }


def _offered(report: Report) -> Iterator[dict[str, Any]]:
    from dlexamples.reports.terminal.visible import document_lines

    rows = document_lines(report.document.text)
    for edit in report.suggestions:
        # In GitHub the range of a comment has to be that of its suggestion, which is why it has a comment of its own.
        start, end, text = _whole_lines(edit, rows)
        lines = {"start": {"line": start}, "end": {"line": end}}
        yield {
            "message": f"{edit.applicability.value} fix: {plain(edit.description)}",
            "location": {"path": plain(name_of(report.document.path)), "range": lines},
            "severity": "INFO",
            "suggestions": [{"range": lines, "text": plain(text)}],
        }


def _whole_lines(edit: Edit, rows: Sequence[str]) -> tuple[int, int, str]:
    """The first and last line, and what takes their place. With lines below, or above at the end, where nothing would
    be left of one or the other: readers differ in what an empty text, or range, means."""
    start, end = edit.line, edit.end_line
    new = edit.after.split("\n")[:-1]
    while (end < start or not any(new)) and end < len(rows):
        end += 1
        new.append(rows[end - 1])
    while (end < start or not any(new)) and start > 1:
        start -= 1
        new.insert(0, rows[start - 1])
    return start, end, "\n".join(new)


def _range(span: Span, rows: Sequence[str]) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": _bytes(rows[span.line - 1], span.column)},
        "end": {"line": span.end_line, "column": _bytes(rows[span.end_line - 1], span.end_column)},
    }


def _bytes(row: str, column: int) -> int:
    """The column, from 1, in UTF-8's bytes."""
    return len(row[: column - 1].encode("utf-8", "surrogatepass")) + 1
