"""What is asked for: settings, posts, a shard of them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlexamples.settings import ACCEPTABLE, EXECUTORS, Settings, is_code, is_executor, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dlexamples.changed import Changes
    from dlexamples.model import Shard
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
    if "error" in given:
        given["error"] = _codes(given["error"])
    if "executor" in given and not is_executor(given["executor"]):
        raise click.UsageError(f"--executor {given['executor']!r}: it takes {EXECUTORS}")
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


def asked_for(
    paths: Sequence[Path],
    exclude: Sequence[str],
    settings: Settings,
    part_of: Path | None = None,
    changes: Changes | None = None,
) -> Asked:
    """The posts that are asked for. Of those that cannot be read standard error is told, and the others go on.
    `part_of`: the folder that they are a part of; `changes`: only those that have changed."""
    from dlexamples.formats import UnreadablePost
    from dlexamples.posts import exclusions, find, listed, opened

    if not paths and not settings.posts:
        raise click.UsageError("no post given: name a path, or list posts under [tool.dlexamples] in pyproject.toml")
    try:
        excluded = exclusions(settings, exclude)
    except ValueError as error:
        raise click.UsageError(f"--exclude: {error}; it takes a pattern as in .gitignore") from error
    found = find(paths, excluded) if paths else listed(settings)
    if part_of:
        found = found.as_part_of(find([part_of], excluded))
    if changes:
        found = found.without(changes.leave_out)
    asked = opened(found)
    if not asked.documents and asked.problems:
        raise UnreadablePost("\ndlexamples: ".join(map(str, asked.problems)))
    for problem in asked.problems:
        click.echo(f"dlexamples: {problem}", err=True)
    return asked


def changes_of(ref: str | None, paths: tuple[Path, ...]) -> tuple[Changes | None, tuple[Path, ...]]:
    """What has changed since `ref`, and the posts' paths."""
    if ref is None:
        return None, paths
    from dlexamples.changed import NoChangesError, changes, is_commit

    try:
        if ref and Path(ref).exists() and is_commit(ref):
            raise click.UsageError(
                f"--changed {ref}: git knows such a commit, and there is such a path; `refs/heads/{ref}` is the "
                f"branch alone, `./{ref}` the path"
            )
        ref, paths = value_or_path(ref, paths, lambda text: is_commit(text))
        return changes(ref), paths
    except NoChangesError as error:
        raise click.UsageError(str(error)) from error


def value_or_path(text: str, paths: tuple[Path, ...], is_value: Callable[[str], bool]) -> tuple[str, tuple[Path, ...]]:
    """An option whose value may be left out takes the word that follows it: a path that is there, and is no value, is
    one of the posts' paths, and the option has none."""
    if text and Path(text).exists() and not is_value(text):
        return "", (Path(text), *paths)
    return text, paths


def shard_of(text: str | None) -> Shard | None:
    from dlexamples.shards import parsed

    try:
        return parsed(text) if text is not None else None
    except ValueError as error:
        raise click.UsageError(f"--shard {error}") from error


def require_no_post(outputs: Sequence[Path], posts: Iterable[Path]) -> None:
    there = {path.resolve() for path in posts} if outputs else set()
    for output in outputs:
        if output.resolve() in there:
            raise click.UsageError(f"{output} is a post that is checked; the report would be written over it")
