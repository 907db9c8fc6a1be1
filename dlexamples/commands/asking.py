"""What is asked for: settings, posts, a shard of them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlexamples.settings import ACCEPTABLE, EXECUTORS, Settings, is_code, is_executor, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Document, Shard
    from dlexamples.posts import Asked


def settings_of(options: dict[str, Any]) -> Settings:
    """pyproject.toml's, with what the command line or the environment says in its place."""
    given = {name: value for name, value in options.items() if value is not None}
    for name in given.keys() & {"timeout", "search_timeout"}:
        if math.isnan(given[name]):
            raise click.UsageError(f"--{name.replace('_', '-')} nan: it takes a number of seconds")
    if "accept" in given:
        given["accept"] = _verdicts(given["accept"])
    if "error" in given:
        given["error"] = _codes(given["error"])
    if "executor" in given and not is_executor(given["executor"]):
        raise click.UsageError(f"--executor {given['executor']!r}: it takes {EXECUTORS}")
    if "output_format" in given:
        from dlexamples.reports import names

        if given["output_format"] not in names():
            raise click.UsageError(f"no output format {given['output_format']!r}; there are {', '.join(names())}")
    return replace(load(Path.cwd()), **given)


def _verdicts(value: str) -> tuple[str, ...]:
    verdicts = tuple(word.strip() for word in value.split(",") if word.strip())
    for verdict in verdicts:
        if verdict not in ACCEPTABLE:
            raise click.UsageError(f"--accept {verdict!r}: there are {' and '.join(ACCEPTABLE)}, comma-separated")
    return verdicts


def _codes(value: str) -> tuple[str, ...]:
    codes = tuple(word.strip().upper() for word in value.split(",") if word.strip())
    for code in codes:
        if not is_code(code):
            raise click.UsageError(f"--error {code!r}: it takes codes, or their beginnings, comma-separated: DL4,DL206")
    return codes


def asked_for(paths: Sequence[Path], exclude: Sequence[str], settings: Settings) -> Asked:
    """The posts that are asked for. Of those that cannot be read standard error is told, and the others go on."""
    from dlexamples.formats import UnreadablePost
    from dlexamples.posts import exclusions, find, listed, opened

    if not paths and not settings.posts:
        raise click.UsageError("no post given: name a path, or list posts under [tool.dlexamples] in pyproject.toml")
    try:
        excluded = exclusions(settings, exclude)
    except ValueError as error:
        raise click.UsageError(f"--exclude: {error}; it takes a pattern as in .gitignore") from error
    asked = opened(find(paths, excluded) if paths else listed(settings))
    if not asked.documents:
        raise UnreadablePost("\ndlexamples: ".join(map(str, asked.problems)))
    for problem in asked.problems:
        click.echo(f"dlexamples: {problem}", err=True)
    return asked


def shard_of(text: str | None) -> Shard | None:
    from dlexamples.shards import parsed

    try:
        return parsed(text) if text is not None else None
    except ValueError as error:
        raise click.UsageError(f"--shard {error}") from error


def require_no_post(output: Path | None, documents: Sequence[Document]) -> None:
    if output and any(output.resolve() == document.path.resolve() for document in documents):
        raise click.UsageError(f"-o {output} is a post that is checked; the report would be written over it")
