"""`list`: every fence, and nothing is run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from dlexamples.commands.asking import asked_for, settings_of
from dlexamples.commands.options import exclude_option, session_option
from dlexamples.commands.telling import ACCEPTED, trusted


@click.command("list")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@session_option
@exclude_option
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", help="[default: text]")
def list_fences(paths: tuple[Path, ...], exclude: tuple[str, ...], output_format: str, **options: Any) -> int:
    """Every fence with its line, language and why, its session, markers, and what looks wrong; nothing is run."""
    from dlexamples.ledger import ledger
    from dlexamples.reports.ledger import write

    settings = settings_of(options)
    asked = asked_for(paths, exclude, settings)
    write(output_format, [ledger(document, settings.session) for document in asked.documents], sys.stdout)
    return trusted((), asked.problems, ACCEPTED)
