"""`report`: what to do with reports that are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dlexamples.commands.asking import require_no_post, settings_of
from dlexamples.commands.baselining import baseline_of, baseline_options
from dlexamples.commands.options import accepting_options, reporting_options
from dlexamples.commands.telling import Output, told


@click.group("report")
def of_reports() -> None:
    """What to do with reports that are there."""


@of_reports.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPORT...")
@accepting_options
@baseline_options
@reporting_options
def merge(
    paths: tuple[Path, ...],
    output: Path | None,
    also: tuple[tuple[str, Path], ...],
    diff: bool,
    write_baseline: str | None,
    prune_baseline: bool,
    **options: Any,
) -> int:
    """Join JSON reports, of shards or of different posts, into the one that a single machine would have given."""
    from dlexamples.merging import merged

    settings = settings_of(options)
    to = Output(output, also, diff)
    baseline, paths = baseline_of(settings, write_baseline, paths, prune=prune_baseline)
    found = merged(paths)
    require_no_post([*to.files, *settings.pages], [each.document.path for each in found])
    return told(found, settings, to, baseline)
