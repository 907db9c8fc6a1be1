"""`--baseline` and its kin: what is known is let through, and told all the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dlexamples.baseline import Entry
    from dlexamples.model import Policy, Reports
    from dlexamples.settings import Settings

MOST_TOLD = 5


def baseline_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is known, and let through until it changes."""
    for option in (
        click.option("--prune-baseline", is_flag=True, help="Take out of the baseline what no longer occurs."),
        click.option(
            "--write-baseline",
            is_flag=False,
            flag_value="",
            metavar="[FILE]",
            help="Write what is not accepted now into a baseline. [default FILE: `baseline` of the settings]",
        ),
        click.option(
            "--baseline",
            metavar="FILE",
            callback=lambda context, option, value: value and str(Path(value).absolute()),
            help="Let through what this file says is known. [default: nothing is]",
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is to be done with a baseline."""

    path: Path | None = None
    entries: tuple[Entry, ...] = ()
    write: bool = False
    prune: bool = False

    def under(self, found: Reports, policy: Policy) -> Reports:
        """`found`, where what the baseline lets through is known. It is written and pruned before, where that is asked
        for, and standard error is told what no longer occurs."""
        if self.path is None:
            return found
        from dlexamples import baseline

        if found.faults and (self.write or self.prune):
            click.echo(f"dlexamples: {_shown(self.path)} is left as it is, for this run is not to be trusted", err=True)
            return baseline.applied(found, policy, self.entries, self.path.parent).reports
        if self.write:
            entries = tuple(baseline.written_again(self.entries, found, policy, self.path.parent))
            baseline.save(self.path, entries)
            _tell_written(self.path, self.entries, entries)
            return baseline.applied(found, policy, entries, self.path.parent).reports
        applied = baseline.applied(found, policy, self.entries, self.path.parent)
        if applied.stale and self.prune:
            baseline.save(self.path, baseline.pruned(self.entries, applied.stale))
        if applied.stale:
            _tell_stale(self.path, applied.stale, self.prune)
        return applied.reports


NO_BASELINE = Baseline()


def baseline_of(
    settings: Settings, write: str | None, paths: tuple[Path, ...], *, prune: bool
) -> tuple[Baseline, tuple[Path, ...]]:
    """The baseline that is asked for, and the posts' paths. Raises `BadBaselineError`."""
    from dlexamples.baseline import DEFAULT, load
    from dlexamples.commands.asking import value_or_path

    path = settings.baseline_file
    if write is not None:
        write, paths = value_or_path(write, paths, _is_baseline)
        path = Path(write) if write else path or settings.folder / DEFAULT
        entries = load(path) if path.exists() and path.stat().st_size else ()
        return Baseline(path, entries, write=True), paths
    if path is None:
        if prune:
            raise click.UsageError("--prune-baseline: there is no baseline; name one with --baseline")
        return Baseline(), paths
    return Baseline(path, load(path), prune=prune), paths


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _is_baseline(name: str) -> bool:
    from dlexamples.baseline import is_baseline

    try:
        return is_baseline(json.loads(Path(name).read_bytes()))
    except (OSError, ValueError):
        return False


def _tell_written(path: Path, before: Sequence[Entry], after: Sequence[Entry]) -> None:
    from collections import Counter

    old, new = Counter(before), Counter(after)
    more, less = (new - old).total(), (old - new).total()
    click.echo(f"dlexamples: {_shown(path)}: {len(after)} known, {more} of them new; {less} taken out", err=True)


def _tell_stale(path: Path, stale: Sequence[Entry], pruned: bool) -> None:
    named = "; ".join(map(str, stale[:MOST_TOLD])) + ("; …" if len(stale) > MOST_TOLD else "")
    what_then = "taken out" if pruned else "--prune-baseline takes them out"
    click.echo(f"dlexamples: {_shown(path)}: {len(stale)} known no longer occur ({named}): {what_then}", err=True)
