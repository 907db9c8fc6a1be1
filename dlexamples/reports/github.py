"""Annotations of GitHub Actions: workflow commands, which a job's log may hold anywhere at the start of a line.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from dlexamples.reports import report
from dlexamples.reports.findings import findings, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dlexamples.model import Policy, Report
    from dlexamples.reports.findings import Finding

CAP = 10
"""Annotations of one level that GitHub shows of a step; it drops the rest and does not say so."""
COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


@report("github")
def github(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    """The worst first. Of more than GitHub shows the last says how many there are; what the baseline lets through is
    only counted."""
    from dlexamples.reports.terminal.surface import encodable

    found = worst_first(findings(reports, policy))
    levels: dict[str, list[Finding]] = defaultdict(list)
    for each in found:
        if not each.known:
            levels[each.level].append(each)
    known = sum(each.known for each in found)
    for level, command in COMMANDS.items():
        several = levels[level]
        last = [f"{known} known, let through by the baseline"] if known and level == "note" else []
        kept = several if len(several) + len(last) <= CAP else several[: CAP - len(last) - 1]
        if len(kept) < len(several):
            last.insert(0, f"+{len(several) - len(kept)} more: the summary and the log tell all of them")
        rows = [*(_annotation(command, each) for each in kept), *(_command(command, text, {}) for text in last)]
        stream.writelines(encodable(f"{row}\n", stream) for row in rows)


def _annotation(command: str, found: Finding) -> str:
    place: dict[str, object] = {}
    if found.path:
        place = {"file": found.path, "line": found.span.line, "endLine": found.span.end_line}
        # GitHub takes columns of one line alone.
        if found.span.line == found.span.end_line:
            place |= {"col": found.span.column, "endColumn": found.span.end_column}
    title = f"{found.code} in {found.block}" if found.block else found.code
    return _command(command, found.text, place | {"title": title})


def _command(command: str, message: str, properties: Mapping[str, object]) -> str:
    given = {"title": "dlexamples"} | dict(properties)
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in given.items())
    return f"::{command} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@contextmanager
def no_commands(stream: TextIO) -> Iterator[None]:
    """What is written meanwhile is no workflow command, whatever a post says: only the one word ends it, and that is
    chosen here."""
    word = secrets.token_hex(16)
    stream.write(f"::stop-commands::{word}\n")
    try:
        yield
    finally:
        stream.write(f"\n::{word}::\n")
