"""`explain`: the page of a code."""

from __future__ import annotations

import sys

import click

from dlexamples.commands.telling import ACCEPTED


@click.command()
@click.argument("code")
def explain(code: str) -> int:
    """What a diagnostic's code means, why it happens, and what to write instead."""
    from dlexamples.explain import explain as text_of

    try:
        text = text_of(code.upper())
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not sys.stdout.isatty():
        click.echo(text)
        return ACCEPTED
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
    return ACCEPTED
