"""`check`: what a reader would get."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlexamples.commands.asking import asked_for, changes_of, require_no_post, settings_of, shard_of
from dlexamples.commands.baselining import baseline_of, baseline_options
from dlexamples.commands.options import reporting_options, running_options
from dlexamples.commands.telling import Output, tell_cached, tell_changed, told

if TYPE_CHECKING:
    from dlexamples.cache import Cache
    from dlexamples.run.pool import Pool


@click.command()
@running_options
@click.option("--shard", metavar="I/N", help="Only the I-th of N parts of the posts: 2/4. [default: all]")
@click.option(
    "--executor", metavar="WHERE", help="local, ray, or ray:ADDRESS of a cluster that is there. [default: local]"
)
@click.option(
    "--changed",
    is_flag=False,
    flag_value="",
    metavar="[REF]",
    help="Only posts that git says changed since HEAD left REF. [default REF: where the branch goes, or came from]",
)
@click.option(
    "--part-of",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="The posts are some of this folder's: one without Python is no fault where another holds some.",
)
@click.option(
    "--static",
    is_flag=True,
    default=None,
    help="Run nothing: fences, markers, syntax, and calls against the installed libraries.",
)
@click.option("--watch", is_flag=True, help="Report again after each change, until Ctrl-C; the servers stay warm.")
@baseline_options
@reporting_options
def check(
    paths: tuple[Path, ...],
    exclude: tuple[str, ...],
    shard: str | None,
    changed: str | None,
    part_of: Path | None,
    write_baseline: str | None,
    prune_baseline: bool,
    output: Path | None,
    also: tuple[tuple[str, Path], ...],
    diff: bool,
    watch: bool,
    **options: Any,
) -> int:
    """Run every Python block of the posts, or of those in folders, and say what a reader would get."""
    from dlexamples.executors import executed
    from dlexamples.running import begin
    from dlexamples.shards import in_shard

    part = shard_of(shard)
    to = Output(output, also, diff)

    def once(pool: Pool | None = None, cache: Cache | None = None) -> int:
        settings = settings_of(options)
        begin(settings)
        changes, named = changes_of(changed, paths)
        baseline, named = baseline_of(settings, write_baseline, named, prune=prune_baseline)
        asked = asked_for(named, exclude, settings, part_of, changes)
        require_no_post([*to.files, *settings.pages], asked.paths)
        if changes:
            tell_changed(len(asked.documents), len(asked.others), changes.since)
        documents = in_shard(asked.documents, part) if part else asked.documents
        if not documents and part and asked.documents:
            click.echo(f"dlexamples: no post in shard {shard}; the others hold all {len(asked.documents)}", err=True)
        ran = executed(documents, settings, pool, cache)
        code = told(asked.reports(ran.reports, part, ran.faults), settings, to, baseline)
        tell_cached(ran.cached)
        return code

    if not watch:
        return once()
    from dlexamples.watch import watch as watched

    return watched(once, paths, settings_of(options), to.files)
