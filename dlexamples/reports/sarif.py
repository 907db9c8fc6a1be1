"""SARIF 2.1.0, which code scanning of GitHub, and editors, read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub takes of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

from dlexamples import __version__
from dlexamples.explain import codes, explain
from dlexamples.reports import report
from dlexamples.reports.findings import FAULT, PROBLEM, findings, worst_first
from dlexamples.reports.fingerprints import fingerprints, line_hashes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Policy, Report, Span
    from dlexamples.reports.findings import Finding

MOST_RESULTS = 25_000
"""GitHub refuses a run that holds more."""
ROOT = "%SRCROOT%"
OWN = {
    "failed": "The block does not run.",
    "blocked": "The block needs a name from a block that failed.",
    "repaired": "The block runs after edits: the reader has the broken text.",
    "filled": "The block runs once what the post leaves out is supplied.",
    "skipped": "The block was not run.",
    "not_python": "The fence holds another language, output or prose.",
    "passed": "The block runs exactly as printed.",
}
"""What a rule is about that is no diagnostic's code but a verdict."""


@report("sarif")
def sarif(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    # Escaped throughout: half a surrogate pair in a post is no Unicode text.
    stream.write(json.dumps(tree(findings(reports, policy)), indent=2) + "\n")


def tree(found: Sequence[Finding]) -> dict[str, Any]:
    """The log as plain lists and dictionaries."""
    told = [each for each in found if each.path]
    if len(told) > MOST_RESULTS:
        told = worst_first(told)[:MOST_RESULTS]
    rules = sorted({each.code for each in told})
    prints = fingerprints(told)
    run = {
        "tool": {
            "driver": {
                "name": "dlexamples",
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in rules],
            }
        },
        "originalUriBaseIds": {ROOT: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(found, len(told))],
        "results": [_result(each, rules.index(each.code), own) for each, own in zip(told, prints, strict=True)],
    }
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


def _rule(code: str) -> dict[str, Any]:
    if code not in codes():
        text = OWN[code]
        return {
            "id": code,
            "shortDescription": {"text": text},
            "fullDescription": {"text": text},
            "help": {"text": text, "markdown": text},
        }
    page = explain(code)
    title = page.split("\n", 1)[0].removeprefix(f"# {code}: ")
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{_first_paragraph(page) or title}"},
        "help": {"text": page, "markdown": page},
        "properties": {"tags": [_family(code)]},
    }


def _first_paragraph(page: str) -> str:
    """Of the page's first section."""
    _, _, rest = page.partition("\n## ")
    _, _, rest = rest.partition("\n\n")
    return " ".join(rest.partition("\n\n")[0].split())


_FAMILIES = {
    "DL0": "document",
    "DL1": "names-and-data",
    "DL2": "calls",
    "DL3": "shapes-dtypes-devices",
    "DL4": "training",
    "DL5": "environment",
    "DL9": "limits",
}


def _family(code: str) -> str:
    return _FAMILIES[code[:3]]


def _invocation(found: Sequence[Finding], told: int) -> dict[str, Any]:
    """Faults of ours, and what could not be read, are no results: the run itself is not to be trusted."""
    notes = [{"level": "error", "message": {"text": each.text}} for each in found if each.code in {FAULT, PROBLEM}]
    left_out = sum(bool(each.path) for each in found) - told
    if left_out:
        text = f"{left_out} more findings, the least of them, are left out: no more than {MOST_RESULTS} are taken"
        notes.append({"level": "warning", "message": {"text": text}})
    successful = not any(each.code in {FAULT, PROBLEM} for each in found)
    told_of = {"toolExecutionNotifications": notes} if notes else {}
    return {"executionSuccessful": successful, **told_of}


def _result(found: Finding, rule: int, own: str) -> dict[str, Any]:
    related = [
        {"id": number, "physicalLocation": _physical(found.path, each.span), "message": {"text": each.message}}
        for number, each in enumerate(found.related, 1)
    ]
    known = {"kind": "external", "status": "accepted", "justification": "the baseline lets it through"}
    return {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": found.level,
        "message": {"text": found.text},
        "locations": [{"physicalLocation": _physical(found.path, found.span), **_logical(found)}],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {
            "primaryLocationLineHash": _hashes(tuple(found.rows))[found.span.line - 1],
            "dlexamples/v1": own,
        },
        **({"suppressions": [known]} if found.known else {}),
    }


@lru_cache(maxsize=32)
def _hashes(rows: tuple[str, ...]) -> list[str]:
    return line_hashes("\n".join(rows))


def _physical(path: str, span: Span) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": quote(path), "uriBaseId": ROOT},
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }


def _logical(found: Finding) -> dict[str, Any]:
    if not found.block:
        return {}
    return {"logicalLocations": [{"name": found.block, "fullyQualifiedName": f"{found.path}::{found.block}"}]}
