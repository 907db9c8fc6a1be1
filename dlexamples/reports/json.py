"""The report for programs: the contract of `schema.json`, which ships beside this file.

`dlexamples.reports.rebuilt` makes reports of it again: what a report shows is here, or in the post.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from typing import TYPE_CHECKING, Any, TextIO

from dlexamples.model import Reports
from dlexamples.reports import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import (
        Curve,
        Diagnostic,
        Document,
        Edit,
        Fill,
        Fix,
        Outcome,
        Package,
        Policy,
        Report,
        Sandbox,
        Span,
    )

SCHEMA_VERSION = 1

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@report("json")
def write(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    text = json.dumps(tree(reports), ensure_ascii=False, indent=2)
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(tree(reports), indent=2)
    stream.write(text + "\n")


def tree(reports: Sequence[Report]) -> dict[str, Any]:
    """The whole report as plain lists and dictionaries."""
    documents = [
        {
            "path": path_of(report.document),
            "sha256": digest(report.document),
            "named": report.named,
            "blocks": [_block(outcome) for outcome in report.outcomes],
            "diagnostics": [_diagnostic(flaw.diagnostic) for flaw in report.document.flaws],
            **_known(report.document),
            **_installed(report.document.environment.packages),
            **_sandbox(report.sandbox),
        }
        for report in reports
    ]
    return {"schema_version": SCHEMA_VERSION, **_of_run(reports), "documents": documents}


def path_of(document: Document) -> str:
    """The document's name in a report."""
    return _text(document.path.as_posix())


def digest(document: Document) -> str:
    """SHA-256 of the document's file, hexadecimal: says that it is still the one that was checked."""
    return hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()


def _of_run(reports: Sequence[Report]) -> dict[str, Any]:
    """What no document answers for, where there is any of it."""
    if not isinstance(reports, Reports):
        return {}
    found: dict[str, Any] = {}
    if shard := reports.shard:
        found["shard"] = {"index": shard.index, "count": shard.count, "posts": [*map(_text, shard.posts)]}
    if reports.faults:
        found["faults"] = [*map(_text, reports.faults)]
    if reports.problems:
        found["problems"] = [*map(_text, reports.problems)]
    return found


def _installed(packages: Sequence[Package]) -> dict[str, Any]:
    if not packages:
        return {}
    return {
        "installed": [
            {"name": _text(each.name), "version": _text(each.version), "why": _text(each.why)} for each in packages
        ]
    }


def _known(document: Document) -> dict[str, Any]:
    """Which of the document's own diagnostics the baseline lets through, by their places in the list."""
    places = [place for place, flaw in enumerate(document.flaws) if flaw.known]
    return {"known": places} if places else {}


def _sandbox(sandbox: Sandbox) -> dict[str, Any]:
    if sandbox.mode != "off" and not sandbox.network and not sandbox.lacking:
        return {}
    lacking = [_text(each) for each in sandbox.lacking]
    return {"sandbox": {"mode": sandbox.mode, "network": sandbox.network, "lacking": lacking}}


def _block(outcome: Outcome) -> dict[str, Any]:
    block = outcome.block
    return {
        "id": _text(block.id),
        "line": block.line,
        "end_line": block.end_line,
        "heading": [_text(heading) for heading in block.heading],
        "info": _text(block.info),
        "language": _text(block.language),
        "session": _text(outcome.session) or None,
        "verdict": outcome.verdict.value,
        "reason": _text(outcome.reason),
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in outcome.diagnostics],
        "fills": [_fill(fill) for fill in outcome.fills],
        "edits": [_edit(edit) for edit in outcome.edits],
        "source": _text(block.published),
        "runnable_source": _text(outcome.runnable_source),
        "corrected_source": _text(outcome.corrected_source),
        "stdout": _text(outcome.stdout),
        "stderr": _text(outcome.stderr),
        "lines": outcome.lines,
        "lines_run": outcome.lines_run,
        "device": _text(outcome.device),
        "seconds": outcome.seconds,
        "only_defines": outcome.only_defines,
        **_figures(outcome.figures),
        **_curves(outcome.curves),
        **({"known": True} if outcome.known else {}),
    }


def _figures(figures: Sequence[bytes]) -> dict[str, Any]:
    return {"figures": [base64.b64encode(figure).decode("ascii") for figure in figures]} if figures else {}


def _curves(curves: Sequence[Curve]) -> dict[str, Any]:
    if not curves:
        return {}
    # JSON has no word for what is no finite number; `rebuilt` makes it one that is none again.
    return {
        "curves": [
            {
                "name": _text(curve.name),
                "values": [value if math.isfinite(value) else None for value in curve.values],
                "line": curve.line,
                **({"unit": curve.unit, "every": curve.every} if curve.unit else {}),
            }
            for curve in curves
        ]
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "level": diagnostic.level,
        "message": _text(diagnostic.message),
        "label": _text(diagnostic.label),
        **_span(diagnostic.span),
        "related": [{"message": _text(related.message), **_span(related.span)} for related in diagnostic.related],
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _span(span: Span) -> dict[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "description": _text(fix.description),
        "verified_on": _text(fix.verified_on),
        "corrections": [_edit(edit) for edit in fix.edits],
    }


def _fill(fill: Fill) -> dict[str, Any]:
    return {
        "name": _text(fill.name),
        "dataset": _text(fill.dataset),
        "claim": fill.claim.value,
        "shape": None if fill.shape is None else list(fill.shape),
        "dtype": _text(fill.dtype),
        "why": _text(fill.why),
        "source": _text(fill.source),
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "rule": edit.rule,
        "line": edit.line,
        "end_line": edit.end_line,
        "before": _text(edit.before),
        "after": _text(edit.after),
        "applicability": edit.applicability.value,
        "description": _text(edit.description),
    }


def _text(text: str) -> str:
    # Half a surrogate pair is no Unicode text: jq, Rust and Go refuse a document that holds one.
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
