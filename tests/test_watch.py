"""`check --watch`: what a change does, told by a real process that a test edits posts under."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dlexamples.run.pool import forks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEADLINE = 120.0
"""Seconds for a report that comes within one where nothing else runs."""
WAITING = "waiting for changes"
STAMP = "```python\nimport time\nprint('stamp', time.time_ns())\n```\n\n"

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGINT") or sys.platform == "win32", reason="signals are POSIX's")


class Watching:
    """The process, and what it has said."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dlexamples", "check", "--watch", "--device", "cpu", *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.heard = ""
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def said(self, *expected: str) -> str:
        """The first report that holds all of `expected`: a save may be seen in the middle, and give two."""
        heard = report = ""
        until = time.monotonic() + DEADLINE
        while WAITING not in report or not all(each in report for each in expected):
            if WAITING in report:
                report = ""
            try:
                line = self._lines.get(timeout=max(0.1, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no report holds {expected}; it said: {heard}") from None
            if not line:
                raise AssertionError(f"it ended with {self.process.wait()}, and said: {heard}")
            heard, report = heard + line, report + line
        self.heard += heard
        return report

    def ended(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=DEADLINE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.ended(signal.SIGTERM)
        self._reader.join()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "post.md").write_text(f"# A\n\n{STAMP}# B\n\n```python\nx = 1\n```\n")
    return tmp_path


@pytest.fixture
def watching(folder: Path, request: pytest.FixtureRequest) -> Iterator[Watching]:
    arguments, environment = getattr(request, "param", (["post.md"], {}))
    process = Watching(folder, *arguments, **environment)
    try:
        yield process
    finally:
        process.close()


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    "watching",
    [
        (["post.md"], {}),
        (["--no-cache", "post.md"], {"DLEXAMPLES_CACHE": "true", "DLEXAMPLES_CACHE_DIR": "kept"}),
        (["post.md"], {"DLEXAMPLES_CACHE": "true", "DLEXAMPLES_CACHE_DIR": "kept"}),
    ],
    ids=["cache = false", "--no-cache", "cache"],
    indirect=True,
)
def test_an_edit_runs_what_it_touches_and_the_rest_is_kept(watching: Watching, folder: Path) -> None:
    watching.said("2 passed")
    edit(folder / "post.md", "x = 1", "x = missing")
    watching.said("1 passed, 1 failed", "1 of 2 sessions from the cache")
    edit(folder / "post.md", "x = missing", "x = 2")
    watching.said("2 passed", "1 of 2 sessions from the cache")
    assert watching.ended() == 0


def test_the_exit_code_is_that_of_the_last_report(watching: Watching, folder: Path) -> None:
    watching.said()
    edit(folder / "post.md", "x = 1", "x = missing")
    watching.said("1 failed")
    assert watching.ended() == 1


def test_a_signal_ends_it_and_its_servers(watching: Watching) -> None:
    watching.said()
    servers = children(watching.process.pid)
    assert bool(servers) is forks()
    assert watching.ended(signal.SIGTERM) == 128 + signal.SIGTERM
    until = time.monotonic() + DEADLINE
    while any(os.path.exists(f"/proc/{number}/cwd") for number in servers) and time.monotonic() < until:  # noqa: PTH110
        time.sleep(0.05)
    assert not [number for number in servers if os.path.exists(f"/proc/{number}/cwd")]  # noqa: PTH110


def children(process: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True)
    return [int(word) for word in listed.stdout.split()]


def test_a_post_that_is_saved_by_renaming(watching: Watching, folder: Path) -> None:
    watching.said()
    text = (folder / "post.md").read_text()
    for value, told in (("missing", "1 passed, 1 failed"), ("2", "2 passed"), ("other", "1 passed, 1 failed")):
        (folder / ".post.swp").write_text(text.replace("x = 1", f"x = {value}"))
        (folder / ".post.swp").replace(folder / "post.md")
        watching.said(told)


def test_a_post_that_cannot_be_read_for_a_moment(watching: Watching, folder: Path) -> None:
    watching.said()
    text = (folder / "post.md").read_text()
    (folder / "post.md").unlink()
    watching.said("no such file")
    (folder / "post.md").write_bytes(b"# \xe9\n")
    watching.said("is not UTF-8")
    (folder / "post.md").write_text(text)
    watching.said("2 of 2 sessions from the cache")


@pytest.mark.parametrize("watching", [(["."], {})], indirect=True)
def test_a_post_that_is_new_in_a_watched_folder(watching: Watching, folder: Path) -> None:
    watching.said()
    (folder / "below").mkdir()
    (folder / "below" / "new.md").write_text("```python\ny = 1\n```\n")
    watching.said("3 passed", "changed: below")
    (folder / "notes.txt").write_text("no post")
    (folder / "below" / "new.md").unlink()
    watching.said("2 passed", "changed: below/new.md\n")
    assert "notes.txt" not in watching.heard


@pytest.mark.parametrize("watching", [(["-o", "report.md", "post.md"], {})], indirect=True)
def test_the_report_itself_is_no_change(watching: Watching, folder: Path) -> None:
    watching.said()
    for value in ("x = 2", "x = 3"):
        edit(folder / "post.md", "x = 1" if value == "x = 2" else "x = 2", value)
        watching.said("changed: post.md\n")
    assert "report.md" not in watching.heard
    assert "2 blocks" in (folder / "report.md").read_text()


def test_settings_hold_as_soon_as_they_are_saved(watching: Watching, folder: Path) -> None:
    watching.said()
    edit(folder / "post.md", "x = 1", "print(np.ones(1))")
    watching.said("1 filled · 0 not accepted")
    (folder / "pyproject.toml").write_text("[tool.dlexamples]\nstrict = true\n")
    watching.said("2 of 2 sessions from the cache", "1 not accepted")
    (folder / "pyproject.toml").write_text("[tool.dlexamples]\nstrict = 3\n")
    watching.said("it must be true or false")
    assert watching.ended() == 2


@pytest.mark.parametrize("watching", [(["nothing.md"], {})], indirect=True)
def test_a_post_that_never_was_is_wrong_usage(watching: Watching) -> None:
    assert watching.process.wait(timeout=DEADLINE) == 2


def test_a_time_out_is_not_waited_for_again(watching: Watching, folder: Path) -> None:
    watching.said()
    text = (folder / "post.md").read_text().replace("x = 1", "import time as clock\nclock.sleep(99)")
    (folder / "post.md").write_text(text.replace("# B\n", "# B\n\n<!-- dlexamples: timeout 1 -->\n"))
    watching.said("1 passed, 1 failed")
    edit(folder / "post.md", "time_ns()", "time()")
    watching.said("1 passed, 1 failed", "1 of 2 sessions from the cache")
