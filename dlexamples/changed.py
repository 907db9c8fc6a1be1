"""`check --changed [REF]`: the posts that git says have changed since this branch left another one.

Only what git knows to be unchanged is left out: a post that it does not track is checked, whatever else it says.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REMOTE_HEADS = ("refs/remotes/origin/HEAD", "refs/remotes/upstream/HEAD")
USUAL = ("origin/main", "origin/master", "main", "master")
"""Default branches where no remote says which it is."""


class NoChangesError(RuntimeError):
    """Why git cannot say what has changed, and what would do."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What git knows of the files of a repository."""

    top: Path
    """The repository's folder, without links."""
    since: str
    """With what the files are compared, for people to read: `9c1f2ab (origin/main)`."""
    tracked: frozenset[str]
    """Paths from `top`, with forward slashes."""
    changed: frozenset[str]
    """Of those, what differs: committed since, staged or not."""

    def leave_out(self, path: Path) -> bool:
        """Whether git knows the file and says that it is what it was; of a link, both ends."""
        known = [name for name in self._names(path) if name in self.tracked]
        return bool(known) and not self.changed.intersection(known)

    def _names(self, path: Path) -> Iterator[str]:
        beside = Path(os.path.realpath(path.parent)) / path.name
        for place in {beside, Path(os.path.realpath(path))}:
            if place.is_relative_to(self.top):
                yield place.relative_to(self.top).as_posix()


def changes(ref: str = "", folder: Path | None = None) -> Changes:
    """What has changed in the repository that `folder` lies in, by default the working folder, since its `HEAD` left
    `ref`: by default the branch that a pull request goes to, its upstream, the default branch, or else `HEAD` itself.

    Raises NoChangesError.
    """
    folder = folder or Path.cwd()
    top = Path(os.path.realpath(_asked(folder, "rev-parse", "--show-toplevel")))
    base, since = _base(top, ref)
    return Changes(
        top,
        since,
        frozenset(_paths(top, "ls-files", "-z")),
        frozenset(_paths(top, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", base, "--")),
    )


def is_commit(ref: str, folder: Path | None = None) -> bool:
    """Whether git knows `ref` as a commit."""
    return bool(
        _answer(folder or Path.cwd(), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    )


def _base(top: Path, ref: str) -> tuple[str, str]:
    """What the files are compared with, and how that is told."""
    if ref:
        if not is_commit(ref, top):
            raise NoChangesError(
                f"--changed {ref}: git knows no such commit here; a branch, a tag or a commit would do, and a shallow "
                "clone may lack it (`git fetch origin REF`, or `fetch-depth: 0` in GitHub Actions)"
            )
        return _fork_point(top, ref)
    if not is_commit("HEAD", top):
        return _asked(top, "hash-object", "-t", "tree", os.devnull), "the beginning: there is no commit yet"
    for other in _others(top):
        if other and is_commit(other, top):
            return _fork_point(top, other)
    return "HEAD", "HEAD: there is no upstream and no default branch"


def _others(top: Path) -> Iterator[str]:
    if target := os.environ.get("GITHUB_BASE_REF"):
        yield f"origin/{target}"
    # GitLab need not have fetched the branch that a merge request goes to.
    yield os.environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")
    yield _answer(top, "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}")
    yield from REMOTE_HEADS
    yield from USUAL


def _fork_point(top: Path, other: str) -> tuple[str, str]:
    base = _answer(top, "merge-base", "HEAD", other)
    if not base:
        raise NoChangesError(
            f"--changed: git finds no commit that HEAD and {other} share; a shallow clone lacks it (`git fetch "
            "--unshallow`, or `fetch-depth: 0` in GitHub Actions)"
        )
    name = _answer(top, "rev-parse", "--abbrev-ref", other) or other
    return base, f"{base[:10]} ({name})"


def _paths(top: Path, *arguments: str) -> list[str]:
    return [name for name in _asked(top, *arguments).split("\0") if name]


def _answer(folder: Path, *arguments: str) -> str:
    """What git answers; the empty string where it refuses."""
    try:
        return _asked(folder, *arguments)
    except NoChangesError:
        return ""


def _asked(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(("git", *arguments), cwd=folder, capture_output=True, check=True)
    except FileNotFoundError as error:
        raise NoChangesError("--changed asks git, which is not installed; without it every post is checked") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise NoChangesError(f"--changed asks git, which says of {folder}: {said}") from error
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
