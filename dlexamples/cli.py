"""The commands and their exit codes.

0 all accepted · 1 something is not · 2 wrong usage or configuration, or our own fault · 5 no Python block found.
"""

from __future__ import annotations

import atexit
import gc
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dlexamples import __version__
from dlexamples.commands.check import check
from dlexamples.commands.clean import clean
from dlexamples.commands.explain import explain
from dlexamples.commands.fix import fix
from dlexamples.commands.list import list_fences
from dlexamples.commands.report import of_reports
from dlexamples.commands.telling import ACCEPTED, NOT_ACCEPTED, OUR_FAULT, WRONG
from dlexamples.errors import ToldError

if TYPE_CHECKING:
    from collections.abc import Iterator


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


for command in (check, fix, list_fences, of_reports, clean, explain):
    commands.add_command(command)


def main() -> None:
    """The entry point: every way out is one of the four exit codes."""
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
    except ToldError as error:
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
