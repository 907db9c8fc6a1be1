"""`clean`: what is kept is removed."""

from __future__ import annotations

from pathlib import Path

import click

from dlexamples.commands.telling import ACCEPTED, count
from dlexamples.settings import load


@click.command()
@click.option("--installs", is_flag=True, help="Also the packages that --install has put beside posts.")
def clean(installs: bool) -> int:
    """Remove what the cache keeps, and say how much it was."""
    from dlexamples.cache import folder_of
    from dlexamples.cache.store import clear

    folder = folder_of(load(Path.cwd()))
    removed = clear(folder)
    click.echo(f"{folder}: {count(removed.entries, 'session')} removed ({removed.bytes / 1e6:.1f} MB)")
    if installs:
        from dlexamples.install.environments import clear as clear_environments

        place, number = clear_environments()
        click.echo(f"{place}: {count(number, 'environment')} removed")
    return ACCEPTED
