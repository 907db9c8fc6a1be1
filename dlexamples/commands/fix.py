"""`fix`: the fixes that were run and passed are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlexamples.commands.asking import asked_for, settings_of
from dlexamples.commands.options import running_options
from dlexamples.commands.telling import (
    ACCEPTED,
    NOT_ACCEPTED,
    exit_code,
    tell_cached,
    tell_fixed,
    tell_not_in_diff,
    trusted,
)

if TYPE_CHECKING:
    from dlexamples.model import Report


@click.command()
@running_options
@click.option("--diff", is_flag=True, help="Write nothing, show the edits; exit 1 if there are any.")
@click.option("--unsafe-fixes", is_flag=True, help="Also fixes that change what a reader sees or gets.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write there; one post only.")
def fix(
    paths: tuple[Path, ...],
    exclude: tuple[str, ...],
    diff: bool,
    unsafe_fixes: bool,
    output: Path | None,
    **options: Any,
) -> int:
    """Write the fixes that were run and passed into the posts."""
    from dlexamples.fix import fix as fixed_text
    from dlexamples.fix import unified_diff
    from dlexamples.formats import require_writable, write
    from dlexamples.running import begin, checked, running

    settings = settings_of(options)
    begin(settings)
    asked = asked_for(paths, exclude, settings)
    given = len(asked.documents)
    if output and given > 1:
        raise click.UsageError(f"-o takes one post, and {given} were given; without -o each is fixed in place")
    if not diff:
        for document in asked.documents:
            require_writable(output or document.path)
    reports: list[Report] = []
    codes: set[int] = set()
    with running(settings) as at_hand:
        for document in map(at_hand.equipped, asked.documents):
            report = checked(document, settings, at_hand, named=asked.names(document))
            reports.append(report)
            fixed = fixed_text(
                document, report.outcomes, at_hand.runner_for(document), settings.session, unsafe=unsafe_fixes
            )
            if diff:
                shown = unified_diff(document.path, document.text, fixed.text)
                click.echo(shown, nl=False)
                tell_not_in_diff(report, fixed.left)
                codes.add(NOT_ACCEPTED if shown else ACCEPTED)
                continue
            if output or fixed.text != document.text:
                write(output or document.path, fixed.text)
            codes.add(tell_fixed(report, fixed.written, fixed.left, output or document.path))
    tell_cached(at_hand.cache.counted())
    return trusted(at_hand.faults, asked.problems, NOT_ACCEPTED if NOT_ACCEPTED in codes else exit_code(reports))
