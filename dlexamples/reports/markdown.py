"""A summary in Markdown: of a job in GitHub Actions, or of a merge request.

A job's summary that is larger than 1 MiB is refused as a whole, so it is cut in time.
"""

from __future__ import annotations

import difflib
import html
import re
from collections import Counter
from typing import TYPE_CHECKING, TextIO

from dlexamples.model import Applicability, Verdict
from dlexamples.reports import report
from dlexamples.reports.findings import NO_PYTHON, findings, plain, worst_first
from dlexamples.repository import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Outcome, Policy, Report
    from dlexamples.reports.findings import Finding

MOST_BYTES = 900_000
LONGEST_DIFF = 200
"""Lines of one block's diff."""
LONGEST_EXCERPT = 6
_SPECIAL = re.compile(r"[\\`*_\[\]#|~$@]")
_AT_START = re.compile(r"^(?=[-+=:])")
_FENCE = re.compile("`{3,}")


@report("markdown")
def markdown(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    stream.write(summary(reports, policy))


def summary(reports: Sequence[Report], policy: Policy, most: int = MOST_BYTES) -> str:
    """The summary in at most `most` bytes of UTF-8; what is left out is said."""
    found = worst_first(findings(reports, policy))
    written: list[str] = []
    size = 0
    sections = list(_sections(reports, policy, found))
    for index, section in enumerate(sections):
        data = section.encode("utf-8")
        note = f"\n_Cut here: {len(sections) - index} more parts would make this longer than {most:,} bytes._\n"
        if size + len(data) + len(note) > most:
            written.append(note)
            break
        size += len(data)
        written.append(data.decode("utf-8"))
    return "".join(written)


def _sections(reports: Sequence[Report], policy: Policy, found: Sequence[Finding]) -> Iterator[str]:
    """What stands together or is left out together; a table's rows are a section each."""
    outcomes = [outcome for report in reports for outcome in report.outcomes]
    errors = [each for each in found if each.level == "error"]
    yield f"## dlexamples: {_verdict(outcomes, policy, errors)}\n\n{_totals(reports, outcomes)}\n"
    if edits := [outcome.edits for outcome in outcomes if outcome.edits]:
        safe = all(edit.applicability is Applicability.SAFE for each in edits for edit in each)
        command = "dlexamples fix" if safe else "dlexamples fix --unsafe-fixes"
        yield f"\n`{command}` has a fix that was run for {_plural(len(edits), 'block')}.\n"
    edited = {(name_of(each.document.path), o.block.id): o for each in reports for o in each.outcomes if o.edits}
    for each in errors:
        yield _detail(each, edited.pop((each.path, each.block), None))
    yield from _table(reports, policy)


def _verdict(outcomes: Sequence[Outcome], policy: Policy, errors: Sequence[Finding]) -> str:
    blocks = [outcome for outcome in outcomes if outcome.verdict is not Verdict.NOT_PYTHON]
    refused = sum(not policy.accepts(outcome) for outcome in outcomes)
    if refused:
        return f"{refused} of {_plural(len(blocks), 'block')} not accepted"
    if errors:
        return _plural(len(errors), "error")
    return f"{_plural(len(blocks), 'block')}, all accepted" if blocks else "nothing was checked"


def _totals(reports: Sequence[Report], outcomes: Sequence[Outcome]) -> str:
    counts = Counter(outcome.verdict for outcome in outcomes)
    parts = [f"{counts[verdict]} {verdict.value.replace('_', ' ')}" for verdict in Verdict if counts[verdict]]
    known = sum(outcome.known for outcome in outcomes)
    return " · ".join([_plural(len(reports), "post"), *parts, *([f"{known} known"] if known else [])])


def _detail(found: Finding, outcome: Outcome | None) -> str:
    place = f"{found.path}:{found.span.line}" if found.path else ""
    block = f" in {_code(found.block)}" if found.block else ""
    head = f"\n### {_text(found.code)}{block}{f' ({_code(place)})' if place else ''}\n\n"
    message, _, more = found.message.partition("\n")
    rows = [f"{_text(message)}\n", *([_fenced(more, "text")] if more.strip() else [])]
    if found.help:
        rows.append(f"\n**Help:** {_text(found.help)}\n")
    rows.append(_diff(outcome) if outcome else _excerpt(found))
    return head + "".join(rows)


def _excerpt(found: Finding) -> str:
    """The lines that it is about."""
    lines = found.rows[found.span.line - 1 : found.span.end_line]
    if not lines or found.code == NO_PYTHON:
        return ""
    more = ["…"] if len(lines) > LONGEST_EXCERPT else []
    return _fenced("\n".join([*map(plain, lines[:LONGEST_EXCERPT]), *more]), "python")


def _diff(outcome: Outcome) -> str:
    """The whole block's, whose diagnostics are told one by one."""
    before, after = (
        plain(text).removesuffix("\n").split("\n") for text in (outcome.block.source, outcome.runnable_source)
    )
    rows = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
    if not rows:
        return ""
    more = [f"… {len(rows) - LONGEST_DIFF} more lines"] if len(rows) > LONGEST_DIFF else []
    return _fenced("\n".join([*rows[:LONGEST_DIFF], *more]), "diff")


def _table(reports: Sequence[Report], policy: Policy) -> Iterator[str]:
    rows = [(name_of(each.document.path), outcome) for each in reports for outcome in each.outcomes]
    shown = [(path, o) for path, o in rows if o.verdict is not Verdict.NOT_PYTHON or not policy.accepts(o)]
    if not shown:
        return
    yield f"\n<details><summary>All {len(shown)} blocks</summary>\n\n| | block | place | verdict | seconds | |\n"
    yield "|---|---|---|---|---:|---|\n"
    for path, outcome in shown:
        remark = "known" if outcome.known else _text(plain(outcome.reason).split("\n", 1)[0])
        cells = (
            _mark(outcome, policy),
            _code(outcome.block.id),
            _code(f"{path}:{outcome.block.line}"),
            outcome.verdict.value.replace("_", " "),
            f"{outcome.seconds:.1f}",
            remark,
        )
        yield f"| {' | '.join(cells)} |\n"
    yield "\n</details>\n"


def _mark(outcome: Outcome, policy: Policy) -> str:
    if outcome.known or outcome.verdict is Verdict.SKIPPED:
        return "⚪"
    return "✅" if policy.accepts(outcome) else "❌"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _text(text: str) -> str:
    """One line in which nothing but `code` is markup, also inside a table."""
    line = " ".join(text.split())
    parts = line.split("`")
    if len(parts) % 2 == 0 or any(not part.strip() for part in parts[1::2]):
        parts = [line]
    shown = "".join(_code(part) if index % 2 else _escaped(part) for index, part in enumerate(parts))
    return _AT_START.sub(r"\\", shown)


def _escaped(text: str) -> str:
    return html.escape(_SPECIAL.sub(r"\\\g<0>", text), quote=False)


def _code(text: str) -> str:
    # A bar ends a table's cell even in code.
    return f"`{plain(text).replace('|', chr(92) + '|').replace('`', '')}`"


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"\n{fence}{language}\n{text.rstrip()}\n{fence}\n"
