"""The report is written, and the exit code tells the rest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dlexamples.model import Outcome, Policy, Report, Reports
    from dlexamples.settings import Settings

ACCEPTED, NOT_ACCEPTED, WRONG, NO_PYTHON = 0, 1, 2, 5
OUR_FAULT = "this is our own fault, not your post's; please report it."


def told(found: Reports, settings: Settings, output: Path | None, diff: bool, python_anywhere: bool = False) -> int:
    """The exit code, once the report is written. `python_anywhere` as in `_exit_code`."""
    from dlexamples import reports
    from dlexamples.model import Policy

    policy = Policy(settings.accepted, diff, settings.errors)
    if output is None:
        reports.write(settings.output_format, found, policy, sys.stdout)
    else:
        _write_report(output, settings.output_format, found, policy)
    return trusted(found.faults, found.problems, exit_code(found, policy, python_anywhere))


def _write_report(path: Path, output_format: str, checked: Sequence[Report], policy: Any) -> None:
    import io

    from dlexamples.formats import write
    from dlexamples.reports import write as write_report

    stream = io.StringIO()
    write_report(output_format, checked, policy, stream)
    write(path, stream.getvalue())


def exit_code(reports: Sequence[Report], policy: Policy | None = None, python_anywhere: bool = False) -> int:
    """Without a policy everything is let through, and only a post without Python is told. `python_anywhere`: there is a
    Python block, if only in another shard."""
    if policy and not all(map(policy.accepts_all, reports)):
        return NOT_ACCEPTED
    without = [report for report in reports if not any(outcome.block.is_python for outcome in report.outcomes)]
    # A folder may hold posts that are prose alone.
    alone = len(without) == len(reports) and not python_anywhere
    missing = without if alone else [report for report in without if report.named]
    for report in missing:
        click.echo(f"dlexamples: {report.document.path}: DL002: no Python block found", err=True)
    return NO_PYTHON if missing else ACCEPTED


def trusted(faults: Sequence[str], problems: Sequence[object], code: int) -> int:
    """`code`, unless something of ours failed on the way, or not every post could be read."""
    for fault in faults:
        click.echo(f"dlexamples: {OUR_FAULT}\n{fault}", err=True)
    return WRONG if faults or problems else code


def tell_cached(counted: tuple[int, int]) -> None:
    """How many sessions were not run, on standard error: the report is the same."""
    answered, asked = counted
    if answered:
        click.echo(f"dlexamples: {answered} of {count(asked, 'session')} from the cache", err=True)


def tell_fixed(report: Report, written: Sequence[Outcome], left: Sequence[Outcome], target: Path) -> int:
    from dlexamples.model import Applicability, Verdict

    for outcome in written:
        fixes = [d.fix for d in outcome.diagnostics if d.fix and d.fix.applicability is not Applicability.DISPLAY]
        done = dict.fromkeys(fix.description.rstrip(".") for fix in fixes)
        click.echo(f"{target}: {outcome.block.id}: {'; '.join(done)}")
    failing = [o for o in report.outcomes if o.verdict in {Verdict.FAILED, Verdict.BLOCKED}]
    parts = [f"{count(len(written), 'block')} fixed" if written else "nothing to fix"]
    if left:
        parts.append(f"{count(len(left), 'block')} left: --unsafe-fixes would change what a reader sees")
    if failing:
        parts.append(f"{count(len(failing), 'block')} without a fix: `dlexamples check` says why")
    click.echo(f"{target}: {', '.join(parts)}")
    return NOT_ACCEPTED if left or failing else ACCEPTED


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
