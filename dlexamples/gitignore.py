"""Which files of a folder are left out: gitignore's patterns (https://git-scm.com/docs/gitignore), without git."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pathspec.pattern import RegexPattern


FOLDER = "ps_d"
"""The group in pathspec's expressions that matches the slash after a folder's name."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns, and the folder that they are relative to."""

    folder: Path
    """Absolute."""
    patterns: tuple[RegexPattern, ...]

    def says(self, path: Path, *, is_folder: bool) -> bool | None:
        """Whether the absolute `path` is left out, whatever holds of the folders above it; None when no pattern is
        about it."""
        if path == self.folder or not path.is_relative_to(self.folder):
            return None
        name = path.relative_to(self.folder).as_posix()
        return next((p.include for p in reversed(self.patterns) if _is_about(p, name, is_folder)), None)

    def leave_out(self, folder: Path) -> bool:
        """Whether they leave out `folder` or one above it."""
        return any(self.says(each, is_folder=True) for each in (folder, *folder.parents))


def patterns(folder: Path, lines: Iterable[str]) -> Patterns:
    """Raises ValueError for what is no pattern."""
    from pathspec import GitIgnoreSpec

    return Patterns(folder, tuple(GitIgnoreSpec.from_lines(lines).patterns))


def _is_about(pattern: RegexPattern, name: str, is_folder: bool) -> bool:
    """Whether the pattern is about the path itself. pathspec's own specs also ask about the folders above, which a
    search has left behind: `*`, `!*/`, `!a.md` would let everything in."""
    if not pattern.regex:
        return False
    if FOLDER not in pattern.regex.groupindex:
        return bool(pattern.regex.match(name))
    name += "/" * is_folder
    return any(match.end(FOLDER) in {-1, len(name)} for match in pattern.regex.finditer(name))


def left_out(path: Path, chain: Sequence[Patterns], *, is_folder: bool) -> bool:
    """The word of the last patterns that are about `path`."""
    said = (each.says(path, is_folder=is_folder) for each in reversed(chain))
    return next((word for word in said if word is not None), False)


def above(folder: Path) -> Iterator[Patterns]:
    """What holds in `folder` by the repository that it lies in, its own file not counted; weakest first."""
    top = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    if top is None:
        return
    yield from of_file(_git_folder(top) / "info" / "exclude", top)
    for parent in reversed(folder.parents):
        if parent.is_relative_to(top):
            yield from of_file(parent / ".gitignore", parent)


def of_file(path: Path, folder: Path) -> Iterator[Patterns]:
    """The patterns of one file, relative to `folder`; none when there is no such file. What is no pattern is passed
    over, as git does."""
    try:
        lines = path.read_text("utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    yield patterns(folder, filter(_is_pattern, lines))


def _is_pattern(line: str) -> bool:
    try:
        patterns(Path(), [line])
    except ValueError:
        return False
    return True


def _git_folder(top: Path) -> Path:
    """Where git keeps what all work trees of a repository share; `.git` of a work tree is a file that names it."""
    try:
        named = (top / ".git").read_text("utf-8").removeprefix("gitdir:").strip()
        own = top / named
        return Path(os.path.normpath(own / (own / "commondir").read_text("utf-8").strip()))
    except (OSError, UnicodeDecodeError):
        return top / ".git"
