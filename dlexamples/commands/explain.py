"""`explain`: the page of a code, or what codes there are."""

from __future__ import annotations

import sys

import click

from dlexamples.commands.telling import ACCEPTED


@click.command()
@click.argument("code", default="")
def explain(code: str) -> int:
    """What a diagnostic's CODE means, why it happens, and what to write instead.

    Of a family (DL2), or without a code: which codes there are.
    """
    from dlexamples.explain import codes
    from dlexamples.explain import explain as text_of

    try:
        text = text_of(code)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not sys.stdout.isatty() or code.strip().upper() not in codes():
        click.echo(text)
        return ACCEPTED
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
    return ACCEPTED
