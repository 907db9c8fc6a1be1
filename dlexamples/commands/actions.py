"""Inside GitHub Actions: annotations and the job's summary, written beside the text of a report."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from dlexamples.model import Policy, Reports


def in_actions() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def inert(stream: TextIO) -> AbstractContextManager[None]:
    """In a job's log, what is written to `stream` meanwhile is no workflow command; elsewhere nothing is."""
    if not in_actions():
        return nullcontext()
    from dlexamples.reports.github import no_commands

    return no_commands(stream)


def tell_actions(found: Reports, policy: Policy, stream: TextIO) -> None:
    """The text, in which no post can give the runner a command; then the annotations, and the summary in its file."""
    from dlexamples import reports

    with inert(stream):
        reports.write("text", found, policy, stream)
    reports.write("github", found, policy, stream)
    stream.flush()
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append_summary(Path(summary), found, policy)


def _append_summary(path: Path, found: Reports, policy: Policy) -> None:
    """A job's earlier commands may have written there, and all of it together is refused when it is too large."""
    from dlexamples.reports.markdown import MOST_BYTES, summary

    there = path.stat().st_size if path.exists() else 0
    with path.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(summary(found, policy, max(MOST_BYTES - there, 0)))
