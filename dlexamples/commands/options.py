"""The options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlexamples.settings import DEVICES, LEAST_MEMORY, LONGEST_TIMEOUT, MOST_MEMORY, MOST_TRIES, SANDBOXES, SESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable


class OutputFormat(click.ParamType):  # type: ignore[type-arg] # It has had an argument only since click 8.5.
    """The name of a report's format. Which there are is asked when it is needed: finding them imports them all."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        from dlexamples.reports import names

        return f"[{'|'.join(names())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from dlexamples.reports import names

        if value not in names():
            self.fail(f"no output format {value!r}; there are {', '.join(names())}", param, ctx)
        return str(value)


class ReportFile(click.ParamType):  # type: ignore[type-arg] # As above.
    """A format and a file: `sarif=posts.sarif`."""

    name = "report"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "FORMAT=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:
        name, _, file = value.partition("=")
        if not file:
            self.fail(f"{value!r} names no format, or no file; it takes FORMAT=FILE: sarif=posts.sarif", param, ctx)
        return OutputFormat().convert(name, param, ctx), Path(file)


exclude_option = click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave out of the folders that are searched, beside what `exclude` in pyproject.toml says; as in .gitignore.",
)
session_option = click.option(
    "--session",
    type=click.Choice(SESSIONS),
    help="Which blocks share a namespace: those that use each other's names, all, none. [default: auto]",
)


def running_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that runs blocks."""
    for option in (
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
        click.option("--device", type=click.Choice(DEVICES), help="Where blocks run. [default: auto]"),
        session_option,
        click.option(
            "--timeout",
            type=click.FloatRange(0, LONGEST_TIMEOUT, min_open=True),
            metavar="S",
            help="Seconds for one block. [default: 60]",
        ),
        click.option(
            "--tries",
            type=click.IntRange(0, MOST_TRIES),
            metavar="N",
            help="Mends that are tried for one session; 0 mends nothing. [default: 100]",
        ),
        click.option(
            "--search-timeout",
            type=click.FloatRange(0, LONGEST_TIMEOUT, min_open=True),
            metavar="S",
            help="Seconds for the search for one session's mends. [default: 300]",
        ),
        click.option(
            "--epochs",
            type=click.IntRange(1),
            metavar="N",
            help="Shorten training to so many epochs, in what is run and not in the post. [default: as written]",
        ),
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(1),
            metavar="N",
            help="Sessions that run at once. [default: the cores; 1 on a GPU]",
        ),
        click.option(
            "--network", is_flag=True, default=None, help="Let data sets and weights be downloaded. [default: offline]"
        ),
        click.option(
            "--sandbox",
            type=click.Choice(SANDBOXES),
            help="Shut blocks in as far as this machine can, wholly or not at all run, not at all. [default: auto]",
        ),
        click.option(
            "--memory",
            type=click.IntRange(LEAST_MEMORY, MOST_MEMORY),
            metavar="MB",
            help="Megabytes that a block may take beside its libraries. [default: 8192]",
        ),
        click.option(
            "--install/--no-install",
            default=None,
            help="Install what a post wants and is not here, for that post alone, or nothing. "
            "[default: the environment that it states, through uv]",
        ),
        accepting_options,
        exclude_option,
    ):
        command = option(command)
    return command


def accepting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is let through."""
    for option in (
        click.option(
            "--cache/--no-cache",
            default=None,
            help="Give again what a session gave while nothing has changed that decides it. [default: cache]",
        ),
        click.option(
            "--accept",
            metavar="VERDICTS",
            help="Verdicts that pass beside `passed`: filled,repaired. [default: filled]",
        ),
        click.option(
            "--error",
            metavar="CODES",
            help="Warnings of these codes do not pass: DL4,DL206. [default: every warning does]",
        ),
        click.option(
            "--strict", is_flag=True, default=None, help="Only a block that runs as printed, and trains, passes."
        ),
    ):
        command = option(command)
    return command


def reporting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How a report is told, and where."""
    for option in (
        click.option("--diff/--no-diff", default=True, help="Show the edits of each block. [default: diff]"),
        click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report there."),
        click.option(
            "--html", metavar="FILE", help="Also write the posts with what became of them: one page, for a browser."
        ),
        click.option(
            "--report",
            "also",
            multiple=True,
            type=ReportFile(),
            help="Also write a report in that format there; may be given several times.",
        ),
        click.option("--output-format", type=OutputFormat(), help="What the report is written as. [default: text]"),
    ):
        command = option(command)
    return command
