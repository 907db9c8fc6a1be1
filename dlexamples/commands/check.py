"""`check`: what a reader would get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dlexamples.commands.asking import asked_for, require_no_post, settings_of, shard_of
from dlexamples.commands.options import reporting_options, running_options
from dlexamples.commands.telling import tell_cached, told

if TYPE_CHECKING:
    from pathlib import Path

    from dlexamples.cache import Cache
    from dlexamples.run.pool import Pool


@click.command()
@running_options
@click.option("--shard", metavar="I/N", help="Only the I-th of N parts of the posts: 2/4. [default: all]")
@click.option(
    "--executor", metavar="WHERE", help="local, ray, or ray:ADDRESS of a cluster that is there. [default: local]"
)
@click.option("--watch", is_flag=True, help="Report again after each change, until Ctrl-C; the servers stay warm.")
@reporting_options
def check(
    paths: tuple[Path, ...],
    exclude: tuple[str, ...],
    shard: str | None,
    output: Path | None,
    diff: bool,
    watch: bool,
    **options: Any,
) -> int:
    """Run every Python block of the posts, or of those in folders, and say what a reader would get."""
    from dlexamples.executors import executed
    from dlexamples.shards import in_shard

    part = shard_of(shard)

    def once(pool: Pool | None = None, cache: Cache | None = None) -> int:
        settings = settings_of(options)
        asked = asked_for(paths, exclude, settings)
        require_no_post(output, settings.page, asked.documents)
        documents = in_shard(asked.documents, part) if part else asked.documents
        if not documents:
            click.echo(f"dlexamples: no post in shard {shard}; the others hold all {len(asked.documents)}", err=True)
        ran = executed(documents, settings, pool, cache)
        code = told(asked.reports(ran.reports, part, ran.faults), settings, output, diff, asked.holds_python)
        tell_cached(ran.cached)
        return code

    if not watch:
        return once()
    from dlexamples.watch import watch as watched

    return watched(once, paths, settings_of(options), output)
