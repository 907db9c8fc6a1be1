"""The report is written, and the exit code tells the rest."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from dlexamples.commands.actions import in_actions, inert, tell_actions
from dlexamples.commands.baselining import NO_BASELINE, Baseline
from dlexamples.model import Reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dlexamples.model import Outcome, Policy, Report
    from dlexamples.settings import Settings

ACCEPTED, NOT_ACCEPTED, WRONG, NO_PYTHON = 0, 1, 2, 5
OUR_FAULT = "this is our own fault, not your post's; please report it."


@dataclass(frozen=True, slots=True)
class Output:
    """Where reports go."""

    file: Path | None
    """For the report that is asked for; None for standard output."""
    also: tuple[tuple[str, Path], ...] = ()
    """Other reports: a format and a file each."""
    diff: bool = True
    """Whether the edits of each block are shown."""

    @property
    def files(self) -> list[Path]:
        return [*([self.file] if self.file else []), *(path for _, path in self.also)]


def told(found: Reports, settings: Settings, output: Output, baseline: Baseline = NO_BASELINE) -> int:
    """The exit code, once the reports are written."""
    from dlexamples import reports
    from dlexamples.model import Policy

    policy = Policy(settings.accepted, output.diff, settings.errors)
    found = baseline.under(found, policy)
    if any(map(reports.offers_fixes, (settings.output_format, *(name for name, _ in output.also)))):
        from dlexamples.gathered import gathered
        from dlexamples.suggestions import with_suggestions

        found = replace(found, reports=gathered(map(with_suggestions, found), len(found)))
    for name, path in output.also:
        _write_report(path, name, found, policy)
    if output.file is not None:
        _write_report(output.file, settings.output_format, found, policy)
    elif settings.output_format == "text" and in_actions():
        tell_actions(found, policy, sys.stdout)
    else:
        reports.write(settings.output_format, found, policy, sys.stdout)
    for page in settings.pages:
        from dlexamples.page import write_page

        write_page(page, found, policy)
    return trusted(found.faults, found.problems, exit_code(found, policy))


def _write_report(path: Path, output_format: str, checked: Sequence[Report], policy: Any) -> None:
    import io

    from dlexamples.formats import write
    from dlexamples.reports import write as write_report

    stream = io.StringIO()
    write_report(output_format, checked, policy, stream)
    write(path, stream.getvalue())


def exit_code(reports: Sequence[Report], policy: Policy | None = None) -> int:
    """Without a policy everything is let through, and only a post without Python is told."""
    if policy and not all(map(policy.accepts_all, reports)):
        return NOT_ACCEPTED
    without = [
        (report.document.path, report.named)
        for report in reports
        if not any(outcome.block.is_python for outcome in report.outcomes)
    ]
    # A folder may hold posts that are prose alone.
    elsewhere = isinstance(reports, Reports) and reports.python_elsewhere
    alone = len(without) == len(reports) and not elsewhere
    missing = [path for path, is_named in without if alone or is_named]
    for path in missing:
        told = f"{path}: DL002: no Python block found; `dlexamples list {path}` tells what each fence was taken for"
        click.echo(f"dlexamples: {told}", err=True)
    return NO_PYTHON if missing else ACCEPTED


def trusted(faults: Sequence[str], problems: Sequence[object], code: int) -> int:
    """`code`, unless something of ours failed on the way, or not every post could be read."""
    for fault in faults:
        with inert(sys.stderr):
            click.echo(f"dlexamples: {OUR_FAULT}\n{fault}", err=True)
    return WRONG if faults or problems else code


def tell_changed(changed: int, others: int, since: str) -> None:
    """How many posts are checked, on standard error; a run that checks none says so."""
    told_of = f"{changed} of {count(changed + others, 'post')} changed since {since}"
    click.echo(f"dlexamples: {told_of}{'' if changed else ': nothing was checked'}", err=True)


def tell_cached(counted: tuple[int, int]) -> None:
    """How many sessions were not run, on standard error: the report is the same."""
    answered, asked = counted
    if answered:
        click.echo(f"dlexamples: {answered} of {count(asked, 'session')} from the cache", err=True)


def tell_fixed(report: Report, written: Sequence[Outcome], left: Sequence[Outcome], target: Path) -> int:
    from dlexamples.model import Applicability

    for outcome in written:
        fixes = [d.fix for d in outcome.diagnostics if d.fix and d.fix.applicability is not Applicability.DISPLAY]
        done = dict.fromkeys(fix.description.rstrip(".") for fix in fixes)
        click.echo(f"{target}: {outcome.block.id}: {'; '.join(done)}")
    not_written = _not_written(report, left)
    fixed = f"{count(len(written), 'block')} fixed" if written else "nothing to fix"
    click.echo(f"{target}: {', '.join([fixed, *not_written])}")
    return NOT_ACCEPTED if not_written else ACCEPTED


def tell_not_in_diff(report: Report, left: Sequence[Outcome]) -> None:
    """On standard error: the other one is for `git apply`."""
    if not_written := _not_written(report, left):
        click.echo(f"dlexamples: {report.document.path}: {', '.join(not_written)}", err=True)


def _not_written(report: Report, left: Sequence[Outcome]) -> list[str]:
    from dlexamples.model import Verdict

    failing = [o for o in report.outcomes if o.verdict in {Verdict.FAILED, Verdict.BLOCKED}]
    parts = []
    if left:
        parts.append(f"{count(len(left), 'block')} left: --unsafe-fixes would change what a reader sees")
    if failing:
        parts.append(f"{count(len(failing), 'block')} without a fix: `dlexamples check` says why")
    return parts


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
