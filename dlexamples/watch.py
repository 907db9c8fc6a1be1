"""`check --watch`: the report again after each change, from servers that stay warm.

What an edit does not touch comes from the cache, in memory where there is none on the disk. Folders are watched, and
not the posts in them: an editor that saves by renaming puts another file in a post's place.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlexamples.cache import cache_of
from dlexamples.cache.store import Memory
from dlexamples.errors import ToldError
from dlexamples.formats import suffixes
from dlexamples.posts import fixed_part
from dlexamples.run.pool import Pool
from dlexamples.sessions import installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dlexamples.cache import Cache
    from dlexamples.settings import Settings

SETTINGS = {"pyproject.toml", ".gitignore"}
STEP_MS = 20
"""How long a save may pause and still be one."""
LONGEST_SAVE_MS = 400
PASSING = (ToldError, click.ClickException)
"""What a post, or the settings, may be in for a moment: it is told, and the next change is waited for."""

Changed = queue.SimpleQueue[set[str]]


def watch(
    once: Callable[[Pool, Cache], int], paths: Sequence[Path], settings: Settings, outputs: Sequence[Path] = ()
) -> int:
    """Calls `once`, which reports, now and after each change below `paths`, those of the settings where there are none.
    `outputs` are no change. Returns what the last call has when the author ends it (Ctrl-C); what the first raises is
    raised."""
    code: int | None = None
    with changes(_places(paths, settings), outputs) as changed:
        try:
            while True:
                # Packages have come or gone: what a warm process holds is no longer what a reader gets.
                installed.cache_clear()
                with Pool(lanes=settings.lanes) as pool:
                    cache = cache_of(settings, passing=Memory())
                    while not cache.is_outdated:
                        code = once(pool, cache) if code is None else _again(once, pool, cache)
                        click.echo("dlexamples: waiting for changes; Ctrl-C ends", err=True)
                        _wait(changed)
        except KeyboardInterrupt:
            if code is None:
                raise
            return code


def _again(once: Callable[[Pool, Cache], int], pool: Pool, cache: Cache) -> int:
    try:
        return once(pool, cache)
    except PASSING as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"dlexamples: {message}", err=True)
        return 2


def _wait(changed: Changed) -> None:
    """For a change; those that came meanwhile are one with it."""
    paths = changed.get()
    while not changed.empty():
        paths |= changed.get()
    if sys.stdout.isatty():
        click.clear()
    names = [os.path.relpath(path) for path in sorted(paths)]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    click.echo(f"dlexamples: changed: {', '.join(names[:3])}{more}", err=True)


def _places(paths: Sequence[Path], settings: Settings) -> dict[Path, bool]:
    """The folders to watch, and whether those below them are watched, too."""
    found: dict[Path, bool] = {settings.folder.resolve(): False}
    for path in paths or [fixed_part(settings.folder, entry) for entry in settings.posts]:
        if path.is_dir():
            found[path.resolve()] = True
        else:
            # Of a link both ends may be replaced.
            for folder in (path.parent.resolve(), path.resolve().parent):
                found.setdefault(folder, False)
    deep = [folder for folder, is_deep in found.items() if is_deep]
    return {
        folder: is_deep
        for folder, is_deep in found.items()
        if not any(folder != above and folder.is_relative_to(above) for above in deep)
    }


def _is_read(path: str) -> bool:
    """A post, or what says which posts there are and how they are run."""
    return Path(path).suffix.lower() in suffixes() or Path(path).name in SETTINGS


@contextmanager
def changes(places: dict[Path, bool], outputs: Sequence[Path] = ()) -> Iterator[Changed]:
    """The paths of posts and settings that change from now on. `places`: as of `_places`."""
    changed: Changed = queue.SimpleQueue()
    stop = threading.Event()
    with ExitStack() as threads:
        threads.callback(stop.set)
        for recursive in (True, False):
            folders = [folder for folder, is_deep in places.items() if is_deep is recursive and folder.is_dir()]
            if folders:
                ready = threading.Event()
                arguments = (folders, recursive, {each.resolve() for each in outputs}, changed, ready, stop)
                threading.Thread(target=_follow, args=arguments, daemon=True).start()
                ready.wait()
        yield changed


def _follow(
    folders: Sequence[Path],
    recursive: bool,
    outputs: set[Path],
    changed: Changed,
    ready: threading.Event,
    stop: threading.Event,
) -> None:
    from watchfiles import Change
    from watchfiles import watch as changes_in

    def concerns(change: Change, path: str) -> bool:
        if change is Change.added and os.path.isdir(path):  # noqa: PTH112 - once a change of any file
            # What was put into a new folder before that was watched is no change of its own.
            return any(map(_is_read, (name for _, _, names in os.walk(path) for name in names)))
        return _is_read(path) and Path(path) not in outputs

    try:
        found = changes_in(
            *folders,
            watch_filter=concerns,
            debounce=LONGEST_SAVE_MS,
            step=STEP_MS,
            rust_timeout=STEP_MS,
            yield_on_timeout=True,
            stop_event=stop,
            recursive=recursive,
            ignore_permission_denied=True,
        )
        for each in found:
            ready.set()  # Also what is empty tells that the folders are watched by now.
            if each:
                changed.put({path for _, path in each})
    finally:
        ready.set()
