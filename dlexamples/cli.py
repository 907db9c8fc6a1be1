"""The commands and their exit codes.

0 all accepted · 1 something is not · 2 wrong usage or configuration, or our own fault · 5 no Python block found.
"""

from __future__ import annotations

import atexit
import gc
import math
import signal
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlexamples import __version__
from dlexamples.options import accepting_options, exclude_option, reporting_options, running_options, session_option
from dlexamples.settings import ACCEPTABLE, EXECUTORS, BadSettingError, Settings, is_executor, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.cache import Cache
    from dlexamples.model import Document, Outcome, Policy, Report, Reports, Shard
    from dlexamples.posts import Asked
    from dlexamples.run.pool import Pool

ACCEPTED, NOT_ACCEPTED, WRONG, NO_PYTHON = 0, 1, 2, 5
OUR_FAULT = "this is our own fault, not your post's; please report it."


class DefaultToCheck(click.Group):
    """`dlexamples post.md` is `dlexamples check post.md`."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        if not arguments or (arguments[0] not in self.commands and arguments[0] not in {"--help", "-h", "--version"}):
            arguments = ["check", *arguments]
        return super().parse_args(context, arguments)


@click.group(cls=DefaultToCheck, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dlexamples")
def commands() -> None:
    """Runs the code of deep-learning posts, supplies what they leave out, mends the calls that do not exist.

    With a path and no command: check.
    """


@commands.command()
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

    part = _shard(shard)

    def once(pool: Pool | None = None, cache: Cache | None = None) -> int:
        settings = _settings(options)
        asked = _asked(paths, exclude, settings)
        _require_no_post(output, asked.documents)
        documents = in_shard(asked.documents, part) if part else asked.documents
        if not documents:
            click.echo(f"dlexamples: no post in shard {shard}; the others hold all {len(asked.documents)}", err=True)
        ran = executed(documents, settings, pool, cache)
        code = _told(asked.reports(ran.reports, part, ran.faults), settings, output, diff, asked.holds_python)
        _tell_cached(ran.cached)
        return code

    if not watch:
        return once()
    from dlexamples.watch import watch as watched

    return watched(once, paths, _settings(options), output)


@commands.group("report")
def of_reports() -> None:
    """What to do with reports that are there."""


@of_reports.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPORT...")
@accepting_options
@reporting_options
def merge(paths: tuple[Path, ...], output: Path | None, diff: bool, **options: Any) -> int:
    """Join JSON reports, of shards or of different posts, into the one that a single machine would have given."""
    from dlexamples.merging import merged

    settings = _settings(options)
    found = merged(paths)
    _require_no_post(output, [each.document for each in found])
    return _told(found, settings, output, diff)


@commands.command()
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
    from dlexamples.running import checked, running

    settings = _settings(options)
    asked = _asked(paths, exclude, settings)
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
            runner = at_hand.runner_for(document)
            report = checked(document, runner, settings, at_hand, named=asked.names(document))
            reports.append(report)
            fixed = fixed_text(document, report.outcomes, runner, settings.session, unsafe=unsafe_fixes)
            if diff:
                shown = unified_diff(document.path, document.text, fixed.text)
                click.echo(shown, nl=False)
                codes.add(NOT_ACCEPTED if shown else ACCEPTED)
                continue
            if output or fixed.text != document.text:
                write(output or document.path, fixed.text)
            codes.add(_tell_fixed(report, fixed.written, fixed.left, output or document.path))
    _tell_cached(at_hand.cache.counted())
    return _trusted(at_hand.faults, asked.problems, NOT_ACCEPTED if NOT_ACCEPTED in codes else _exit_code(reports))


@commands.command("list")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@session_option
@exclude_option
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", help="[default: text]")
def list_fences(paths: tuple[Path, ...], exclude: tuple[str, ...], output_format: str, **options: Any) -> int:
    """Every fence with its line, language and why, its session, markers, and what looks wrong; nothing is run."""
    from dlexamples.ledger import ledger
    from dlexamples.reports.ledger import write

    settings = _settings(options)
    asked = _asked(paths, exclude, settings)
    write(output_format, [ledger(document, settings.session) for document in asked.documents], sys.stdout)
    return _trusted((), asked.problems, ACCEPTED)


@commands.command()
@click.option("--installs", is_flag=True, help="Also the packages that --install has put beside posts.")
def clean(installs: bool) -> int:
    """Remove what the cache keeps, and say how much it was."""
    from dlexamples.cache import folder_of
    from dlexamples.cache.store import clear

    folder = folder_of(load(Path.cwd()))
    removed = clear(folder)
    click.echo(f"{folder}: {_count(removed.entries, 'session')} removed ({removed.bytes / 1e6:.1f} MB)")
    if installs:
        from dlexamples.install.environments import clear as clear_environments

        place, number = clear_environments()
        click.echo(f"{place}: {_count(number, 'environment')} removed")
    return ACCEPTED


@commands.command()
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


def main() -> None:
    """The entry point: every way out is one of the four exit codes."""
    from dlexamples.executors import ExecutorError
    from dlexamples.formats import UnreadablePost, UnwritablePost
    from dlexamples.merging import NotMergeable
    from dlexamples.run.runner import DeviceNotHereError

    # A post of many megabytes makes many small objects that live to the end: looking for cycles among them takes a
    # third of the time.
    gc.set_threshold(100_000, 50, 50)
    # Nor is it worth a sixth of a short command's time to look for them before the interpreter ends.
    atexit.register(gc.freeze)
    try:
        with ended_by_signals():
            code = commands(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = WRONG
    except (BadSettingError, ExecutorError, NotMergeable, UnreadablePost, UnwritablePost, DeviceNotHereError) as error:
        click.echo(f"dlexamples: {error}", err=True)
        code = WRONG
    except (click.Abort, KeyboardInterrupt):
        click.echo("dlexamples: interrupted", err=True)
        code = 130
    except BrokenPipeError:
        code = NOT_ACCEPTED
    except OSError as error:
        click.echo(f"dlexamples: {error}", err=True)
        code = WRONG
    except Exception:
        import traceback

        click.echo(f"dlexamples: {OUR_FAULT}\n{traceback.format_exc()}", err=True)
        code = WRONG
    sys.exit(code if isinstance(code, int) else ACCEPTED)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """A CI's time-out ends us as a Ctrl-C does: with our processes and folders cleared away."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _settings(options: dict[str, Any]) -> Settings:
    """pyproject.toml's, with what the command line or the environment says in its place."""
    given = {name: value for name, value in options.items() if value is not None}
    for name in given.keys() & {"timeout", "search_timeout"}:
        if math.isnan(given[name]):
            raise click.UsageError(f"--{name.replace('_', '-')} nan: it takes a number of seconds")
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


def _asked(paths: Sequence[Path], exclude: Sequence[str], settings: Settings) -> Asked:
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


def _shard(text: str | None) -> Shard | None:
    from dlexamples.shards import parsed

    try:
        return parsed(text) if text is not None else None
    except ValueError as error:
        raise click.UsageError(f"--shard {error}") from error


def _require_no_post(output: Path | None, documents: Sequence[Document]) -> None:
    if output and any(output.resolve() == document.path.resolve() for document in documents):
        raise click.UsageError(f"-o {output} is a post that is checked; the report would be written over it")


def _told(found: Reports, settings: Settings, output: Path | None, diff: bool, python_anywhere: bool = False) -> int:
    """The exit code, once the report is written. `python_anywhere` as in `_exit_code`."""
    from dlexamples import reports
    from dlexamples.model import Policy

    policy = Policy(settings.accepted, diff)
    if output is None:
        reports.write(settings.output_format, found, policy, sys.stdout)
    else:
        _write_report(output, settings.output_format, found, policy)
    return _trusted(found.faults, found.problems, _exit_code(found, policy, python_anywhere))


def _write_report(path: Path, output_format: str, checked: Sequence[Report], policy: Any) -> None:
    import io

    from dlexamples.formats import write
    from dlexamples.reports import write as write_report

    stream = io.StringIO()
    write_report(output_format, checked, policy, stream)
    write(path, stream.getvalue())


def _exit_code(reports: Sequence[Report], policy: Policy | None = None, python_anywhere: bool = False) -> int:
    """Without a policy everything is let through, and only a post without Python is told. `python_anywhere`: there is a
    Python block, if only in another shard."""
    if policy and not all(map(policy.accepts_all, reports)):
        return NOT_ACCEPTED
    without = [report for report in reports if not any(outcome.block.is_python for outcome in report.outcomes)]
    # A folder may hold posts that are prose alone.
    alone = len(without) == len(reports) and not python_anywhere
    missing = without if alone else [report for report in without if report.named]
    for report in missing:
        click.echo(f"dlexamples: {report.document.path}: DL002: no Python block found", err=True)
    return NO_PYTHON if missing else ACCEPTED


def _trusted(faults: Sequence[str], problems: Sequence[object], code: int) -> int:
    """`code`, unless something of ours failed on the way, or not every post could be read."""
    for fault in faults:
        click.echo(f"dlexamples: {OUR_FAULT}\n{fault}", err=True)
    return WRONG if faults or problems else code


def _tell_cached(counted: tuple[int, int]) -> None:
    """How many sessions were not run, on standard error: the report is the same."""
    answered, asked = counted
    if answered:
        click.echo(f"dlexamples: {answered} of {_count(asked, 'session')} from the cache", err=True)


def _tell_fixed(report: Report, written: Sequence[Outcome], left: Sequence[Outcome], target: Path) -> int:
    from dlexamples.model import Verdict

    for outcome in written:
        done = dict.fromkeys(d.fix.description.rstrip(".") for d in outcome.diagnostics if d.fix)
        click.echo(f"{target}: {outcome.block.id}: {'; '.join(done)}")
    failing = [o for o in report.outcomes if o.verdict in {Verdict.FAILED, Verdict.BLOCKED}]
    parts = [f"{_count(len(written), 'block')} fixed" if written else "nothing to fix"]
    if left:
        parts.append(f"{_count(len(left), 'block')} left: --unsafe-fixes would change what a reader sees")
    if failing:
        parts.append(f"{_count(len(failing), 'block')} without a fix: `dlexamples check` says why")
    click.echo(f"{target}: {', '.join(parts)}")
    return NOT_ACCEPTED if left or failing else ACCEPTED


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
