"""`check --changed [REF]`: the posts that git says have changed since this branch left another one.

Only what git knows to be unchanged is left out: a post that it does not track is checked, whatever else it says.
"""

from __future__ import annotations

import contextlib
import json
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
    In a pipeline, and in a shallow clone, a branch must be known: what lacks it would be green unseen.

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
    if target := _target():
        return _fork_point(top, _present(top, target))
    for other in _others(top):
        if other and is_commit(other, top):
            return _since_before(top, *_fork_point(top, other))
    if os.environ.get("CI") or _answer(top, "rev-parse", "--is-shallow-repository") == "true":
        raise NoChangesError(
            "--changed: git knows no branch here that this one left; name one (`--changed REF`), or fetch all "
            "(`fetch-depth: 0` in GitHub Actions, `GIT_DEPTH: 0` in GitLab)"
        )
    if own := _upstream(top):
        return _fork_point(top, own)
    return "HEAD", "HEAD: there is no upstream and no default branch"


def _target() -> str:
    """Where a pipeline says that its branch goes; GitLab need not have fetched that."""
    if target := os.environ.get("GITHUB_BASE_REF"):
        return f"origin/{target}"
    return os.environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")


def _others(top: Path) -> Iterator[str]:
    """Where this branch may have come from. Its own copy elsewhere is none: to push is not to be checked."""
    if (upstream := _upstream(top)) and not _is_own_copy(top):
        yield upstream
    yield from REMOTE_HEADS
    if default := os.environ.get("CI_DEFAULT_BRANCH"):
        yield f"origin/{default}"
    yield from USUAL


def _upstream(top: Path) -> str:
    return _answer(top, "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}")


def _is_own_copy(top: Path) -> bool:
    branch = _answer(top, "symbolic-ref", "--quiet", "HEAD")
    return _answer(top, "config", f"branch.{branch.removeprefix('refs/heads/')}.merge") == branch


def _since_before(top: Path, base: str, since: str) -> tuple[str, str]:
    """On the default branch itself: what a pipeline says was pushed."""
    before = _before() if base == _answer(top, "rev-parse", "HEAD") else ""
    return _fork_point(top, _present(top, before)) if before.strip("0") else (base, since)


def _before() -> str:
    """The commit that a branch was at before a push, where a pipeline tells it."""
    with contextlib.suppress(KeyError, OSError, ValueError):
        event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))
        return str(event.get("before", ""))
    return os.environ.get("CI_COMMIT_BEFORE_SHA", "")


def _present(top: Path, other: str) -> str:
    if is_commit(other, top):
        return other
    raise NoChangesError(
        f"--changed: this pipeline compares with {other}, and git has no such commit here; fetch all (`fetch-depth: 0` "
        "in GitHub Actions, `GIT_DEPTH: 0` in GitLab)"
    )


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
