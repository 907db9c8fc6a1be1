"""Which posts are meant: those that are named, and those in the folders that are named.

A folder is searched for every suffix that a format reads. Left out are hidden files and folders, what others have
installed or built, what git ignores, and what `exclude` names. A path that is named itself is never left out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from dlexamples.formats import UnreadablePost, read, suffixes
from dlexamples.gathered import gathered
from dlexamples.gitignore import Patterns, above, left_out, of_file, patterns
from dlexamples.model import Reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dlexamples.model import Document, Report, Shard
    from dlexamples.settings import Settings

GLOB = set("*?[")
NOT_WRITTEN_HERE = (
    ".*",
    "__pycache__/",
    "__pypackages__/",
    "_build/",
    "build/",
    "dist/",
    "node_modules/",
    "site-packages/",
    "venv/",
)
"""Folders that hold no posts of the author's, as ruff has them
(https://docs.astral.sh/ruff/settings/#exclude). `exclude = ["!build/"]` lets one in."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post that was asked for."""

    path: Path
    named: bool
    """Itself, and not the folder in which it was found."""


@dataclass(frozen=True, slots=True)
class Found:
    """The posts that were asked for, in the order of the paths, those of a folder sorted."""

    posts: tuple[Post, ...] = ()
    problems: tuple[UnreadablePost, ...] = ()
    """Folders that cannot be read or hold no post."""
    others: tuple[Post, ...] = ()
    """As in `Asked`."""

    def as_part_of(self, whole: Found) -> Found:
        """As if `whole` had been searched, and these had been found there: one may be prose alone."""
        own = {os.path.realpath(post.path) for post in self.posts}
        others = tuple(post for post in whole.posts if os.path.realpath(post.path) not in own)
        return replace(self, posts=tuple(replace(post, named=False) for post in self.posts), others=others)

    def without(self, leave_out: Callable[[Path], bool]) -> Found:
        """Those that are left out are among the others. A path that is no file is left for reading to tell."""
        others = tuple(post for post in self.posts if post.path.is_file() and leave_out(post.path))
        return replace(
            self, posts=tuple(post for post in self.posts if post not in others), others=self.others + others
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """The posts that were asked for, as they were read."""

    documents: Sequence[Document]
    read: tuple[Path, ...]
    """The paths of the documents."""
    named: frozenset[Path]
    """The paths of those that were named themselves."""
    problems: tuple[UnreadablePost, ...]
    """Posts and folders that could not be read."""
    others: tuple[Post, ...] = ()
    """Posts that belong to them and were not asked for: those that have not changed."""

    @property
    def paths(self) -> list[Path]:
        """Also of the others."""
        return [*self.read, *(post.path for post in self.others)]

    @property
    def holds_python(self) -> bool:
        """Also in one of the others, of which no more are read than it takes to tell."""
        return any(map(_holds_python, self.documents)) or any(map(_is_read_with_python, self.others))

    def names(self, document: Document) -> bool:
        return document.path in self.named

    def reports(self, found: Sequence[Report], shard: Shard | None, faults: Sequence[str]) -> Reports:
        """Of all that was asked for, or of a `shard` of it."""
        posts = tuple(path.as_posix() for path in self.read)
        return Reports(
            gathered((replace(report, named=self.names(report.document)) for report in found), len(found)),
            replace(shard, posts=posts) if shard else None,
            tuple(faults),
            tuple(map(str, self.problems)),
            (bool(self.others) or len(found) < len(self.documents)) and self.holds_python,
        )


def _holds_python(document: Document) -> bool:
    return any(block.is_python for block in document.blocks)


def _is_read_with_python(post: Post) -> bool:
    try:
        return _holds_python(read(post.path))
    except UnreadablePost:
        return False


def opened(found: Found) -> Asked:
    """The posts, read. A path below the working folder is told from there."""
    here = Path.cwd()
    paths = {_relative(post.path, here): post.named for post in found.posts}
    problems = list(found.problems)
    was_read: list[Path] = []

    def documents() -> Iterator[Document]:
        for path in paths:
            document = _read(path)
            if isinstance(document, UnreadablePost):
                problems.append(document)
                continue
            was_read.append(path)
            yield document

    read_here = gathered(documents(), len(paths))
    named = frozenset(path for path, is_named in paths.items() if is_named)
    return Asked(read_here, tuple(was_read), named, tuple(problems), found.others)


def _read(path: Path) -> Document | UnreadablePost:
    try:
        return read(path)
    except UnreadablePost as error:
        return error


def find(paths: Iterable[Path], excluded: Sequence[Patterns] = ()) -> Found:
    """The posts at `paths`, each once however often it is meant."""
    posts: list[Post] = []
    problems: list[UnreadablePost] = []
    for path in paths:
        if path.is_dir():
            found = _search(path, excluded)
            posts += found.posts
            problems += found.problems
        else:
            posts.append(Post(path, named=True))
    return Found(tuple(_once(posts)), tuple(problems))


def listed(settings: Settings) -> Found:
    """The posts that the settings list, by paths below `settings.folder`."""
    excluded = exclusions(settings)
    parts = [_listed(settings.folder, entry, excluded) for entry in settings.posts]
    posts = [post for part in parts for post in part.posts]
    return Found(tuple(_once(posts)), tuple(problem for part in parts for problem in part.problems))


def exclusions(settings: Settings, given: Sequence[str] = ()) -> tuple[Patterns, ...]:
    """What the settings exclude, relative to the folder where they were found, and what is `given` on the command
    line, relative to the working folder."""
    found = [(settings.folder, settings.exclude), (Path.cwd(), given)]
    return tuple(patterns(_absolute(folder), lines) for folder, lines in found if lines)


def fixed_part(folder: Path, entry: str) -> Path:
    """Of a pattern below `folder` what holds no wildcard: the folder that is searched, or the path itself."""
    return folder.joinpath(*takewhile(lambda part: not GLOB & set(part), Path(entry).parts))


def _listed(folder: Path, entry: str, excluded: Sequence[Patterns]) -> Found:
    start = fixed_part(folder, entry)
    if start == folder / entry:
        return find([start], excluded)
    if start.is_dir():
        matching = set(folder.glob(entry))
        found = _search(start, excluded)
        posts = tuple(post for post in found.posts if post.path in matching)
        if posts:
            return replace(found, posts=posts)
    return Found(problems=(UnreadablePost(f"{folder / entry}: no post matches; {_looked_for()}"),))


def _search(root: Path, excluded: Sequence[Patterns]) -> Found:
    top = _absolute(root)
    git = tuple(_within(top, each) for each in above(top))
    last = (patterns(top, NOT_WRITTEN_HERE), *(_within(top, each) for each in excluded))
    problems: list[UnreadablePost] = []
    found = sorted(_walk(root, git, last, problems), key=lambda path: path.parts)
    if not found and not problems:
        problems.append(UnreadablePost(f"{root} holds no post; {_looked_for()}"))
    return Found(tuple(Post(path, named=False) for path in found), tuple(problems))


def _walk(
    root: Path, git: tuple[Patterns, ...], last: tuple[Patterns, ...], problems: list[UnreadablePost]
) -> Iterator[Path]:
    """The posts below `root`, in any order. `git`: what holds there, which files of git's below add to; `last`: what
    goes before it."""
    known = suffixes()
    waiting = [(root, git)]
    while waiting:
        folder, chain = waiting.pop()
        chain = (*chain, *of_file(folder / ".gitignore", _absolute(folder)))
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            problems.append(UnreadablePost(f"{folder} cannot be searched: {error.strerror}"))
            continue
        if folder != root and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            path = folder / entry.name
            # A link to a folder leads out of this one, or round in it.
            is_folder = entry.is_dir(follow_symlinks=False)
            is_post = path.suffix.lower() in known and path.is_file()
            if not (is_folder or is_post) or left_out(_absolute(path), (*chain, *last), is_folder=is_folder):
                continue
            if is_post:
                yield path
            else:
                waiting.append((path, chain))


def _within(top: Path, each: Patterns) -> Patterns:
    """The patterns as they hold in the folder `top`, which was named: those that leave `top` itself out, and those of
    another project, are taken as if they were its own."""
    holds = each.folder.is_relative_to(top) or (top.is_relative_to(each.folder) and not each.leave_out(top))
    return each if holds else replace(each, folder=top)


def _looked_for() -> str:
    return (
        f"a post ends in {' or '.join(suffixes())}, and what is hidden or installed, or named by .gitignore or "
        "`exclude`, is left out"
    )


def _once(posts: Sequence[Post]) -> Iterator[Post]:
    """Each file once, where it stands first; named if it is named anywhere."""
    named: dict[str, bool] = {}
    for post in posts:
        where = os.path.realpath(post.path)
        named[where] = named.get(where, False) or post.named
    for post in posts:
        is_named = named.pop(os.path.realpath(post.path), None)
        if is_named is not None:
            yield replace(post, named=is_named)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - links stay links, and `..` goes


def _relative(path: Path, folder: Path) -> Path:
    try:
        return path.relative_to(folder)
    except ValueError:
        return path
