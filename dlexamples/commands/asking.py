"""What is asked for: settings, posts, a shard of them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlexamples.settings import ACCEPTABLE, EXECUTORS, Settings, is_executor, load

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
    if "html" in given:
        given["html"] = str(Path(given["html"]).absolute())
    if "accept" in given:
        given["accept"] = _verdicts(given["accept"])
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


def require_no_post(output: Path | None, page: Path | None, documents: Sequence[Document]) -> None:
    """What is written is none of the posts."""
    posts = {document.path.resolve() for document in documents}
    for option, path in (("-o", output), ("--html", page)):
        if path and path.resolve() in posts:
            raise click.UsageError(f"{option} {path} is a post that is checked; the report would be written over it")
