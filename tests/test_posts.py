"""Which files of a folder are posts: what is searched, and what is left out."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from dlexamples.gitignore import patterns
from dlexamples.posts import Found, exclusions, find, listed
from dlexamples.settings import Settings

POST = "```python\nx = 1\n```\n"


def made(folder: Path, *names: str, ignore: str = "", repository: bool = False) -> Path:
    """`folder` with these posts; a name that ends in / is a folder."""
    for name in names:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(POST)
    if ignore:
        (folder / ".gitignore").write_text(ignore)
    if repository:
        (folder / ".git" / "info").mkdir(parents=True)
    return folder


def names(found: Found, folder: Path) -> list[str]:
    assert not found.problems
    return [post.path.relative_to(folder).as_posix() for post in found.posts]


def searched(folder: Path, root: str = ".", *, exclude: tuple[str, ...] = ()) -> list[str]:
    return names(find([folder / root], exclusions(Settings(folder=folder, exclude=exclude))), folder)


def test_every_format_is_found_in_order(tmp_path: Path) -> None:
    made(tmp_path, "b.md", "a/z.markdown", "a/b/c.MD", "a.md", "n.ipynb", "x.txt", "Makefile", "a.md.bak", "d.md/e.md")
    assert searched(tmp_path) == ["a/b/c.MD", "a/z.markdown", "a.md", "b.md", "d.md/e.md", "n.ipynb"]


def test_what_is_installed_built_or_hidden_is_left_out(tmp_path: Path) -> None:
    made(tmp_path, "a.md", ".hidden.md", ".github/a.md", ".ipynb_checkpoints/a.ipynb", "venv/a.md", "env/x/a.md")
    made(tmp_path, "a/node_modules/a.md", "a/build/a.md", "dist/a.md", "lib/site-packages/a.md", "build.md")
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    assert searched(tmp_path) == ["a.md", "build.md"]
    assert searched(tmp_path, exclude=("!build/",)) == ["a/build/a.md", "a.md", "build.md"]
    assert searched(tmp_path, "a/build") == ["a/build/a.md"]
    assert searched(tmp_path, ".github") == [".github/a.md"]
    assert searched(tmp_path, "env") == ["env/x/a.md"]


IGNORED = {
    "a name": ("b.md", ["a.md", "c/a.md", "c/d.md"]),
    "a pattern": ("[ab].md", ["c/d.md"]),
    "a comment and a blank": ("# a.md\n\n   \nb.md\n", ["a.md", "c/a.md", "c/d.md"]),
    "from the top": ("/a.md", ["b.md", "c/a.md", "c/b.md", "c/d.md"]),
    "a folder": ("c/", ["a.md", "b.md"]),
    "a negation": ("*.md\n!d.md", ["c/d.md"]),
    "nothing comes back from a folder": ("c/\n!c/d.md", ["a.md", "b.md"]),
    "all but": ("*\n!*/\n!a.md", ["a.md", "c/a.md"]),
    "what is no pattern": ("!\na.md\n\\\n", ["b.md", "c/b.md", "c/d.md"]),
    "our own defaults stay": ("!.github/\n!build/", ["a.md", "b.md", "c/a.md", "c/b.md", "c/d.md"]),
}


@pytest.mark.parametrize("name", IGNORED)
def test_gitignore(tmp_path: Path, name: str) -> None:
    ignore, expected = IGNORED[name]
    made(tmp_path, "a.md", "b.md", "c/a.md", "c/b.md", "c/d.md", ".github/a.md", "build/a.md", ignore=ignore)
    assert searched(tmp_path) == sorted(expected, key=lambda name: Path(name).parts)


def test_gitignore_of_every_level(tmp_path: Path) -> None:
    made(tmp_path, "d/e/a.md", "d/e/b.md", "d/a.md", "a.md", ignore="a.md\n", repository=True)
    made(tmp_path / "d" / "e", ignore="!a.md\nb.md\n")
    assert searched(tmp_path) == ["d/e/a.md"]
    assert searched(tmp_path, "d") == ["d/e/a.md"]
    assert searched(tmp_path, "d/e") == ["d/e/a.md"]


def test_gitignore_of_the_folders_above_ends_with_the_repository(tmp_path: Path) -> None:
    made(tmp_path, ignore="*.md")
    repository = made(tmp_path / "r", "docs/a.md", "docs/b.md", ignore="b.md", repository=True)
    (repository / ".git" / "info" / "exclude").write_text("a.md")
    assert searched(repository, exclude=("!a.md",)) == ["docs/a.md"]
    assert "holds no post" in str(find([repository / "docs"]).problems)
    (repository / ".git" / "info" / "exclude").write_text("")
    assert searched(repository, "docs") == ["docs/a.md"]


def test_a_work_tree_shares_what_its_repository_excludes(tmp_path: Path) -> None:
    main = made(tmp_path / "main", "a.md")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "-q"], cwd=main, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "a"], cwd=main, check=True)
    subprocess.run([*git, "worktree", "add", "-q", "../other"], cwd=main, check=True)
    (main / ".git" / "info" / "exclude").write_text("b.md")
    assert searched(made(tmp_path / "other", "a.md", "b.md")) == ["a.md"]


def test_a_named_path_is_never_left_out(tmp_path: Path) -> None:
    made(tmp_path, "out/a.md", "out/b.draft.md", ignore="out/\n", repository=True)
    excluded = exclusions(Settings(folder=tmp_path, exclude=("out/", "*.draft.md")))
    assert names(find([tmp_path / "out"], excluded), tmp_path) == ["out/a.md"]
    assert names(find([tmp_path / "out" / "b.draft.md"], excluded), tmp_path) == ["out/b.draft.md"]


def test_exclude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "a.md", "drafts/a.md", "docs/drafts/a.md", "docs/b.draft.md", "docs/c.md")
    assert searched(tmp_path, exclude=("drafts/", "*.draft.md")) == ["a.md", "docs/c.md"]
    assert searched(tmp_path, "docs", exclude=("/drafts/",)) == ["docs/b.draft.md", "docs/c.md", "docs/drafts/a.md"]
    assert searched(tmp_path, "docs", exclude=("/docs/drafts/",)) == ["docs/b.draft.md", "docs/c.md"]
    monkeypatch.chdir(tmp_path / "docs")
    given = exclusions(Settings(folder=tmp_path, exclude=("drafts/",)), ["/b.draft.md"])
    assert names(find([tmp_path], given), tmp_path) == ["a.md", "docs/c.md"]


def test_what_is_excluded_of_a_project_elsewhere(tmp_path: Path) -> None:
    made(tmp_path / "posts", "a.md", "drafts/a.md")
    excluded = exclusions(Settings(folder=tmp_path / "project", exclude=("/drafts/",)))
    assert names(find([tmp_path / "posts"], excluded), tmp_path) == ["posts/a.md"]


def test_posts_are_told_by_the_path_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "docs/a.md", "docs/drafts/b.md", ignore="drafts", repository=True)
    monkeypatch.chdir(tmp_path / "docs")
    assert [str(post.path) for post in find([Path()]).posts] == ["a.md"]
    assert [str(post.path) for post in find([Path("..")]).posts] == ["../docs/a.md"]


def test_each_post_once(tmp_path: Path) -> None:
    made(tmp_path, "a.md", "b.md")
    (tmp_path / "c.md").symlink_to("a.md")
    found = find([tmp_path, tmp_path / "b.md", tmp_path / "b.md"])
    assert [(post.path.name, post.named) for post in found.posts] == [("a.md", False), ("b.md", True)]


def test_links_lead_nowhere(tmp_path: Path) -> None:
    made(tmp_path, "a/a.md", "other/b.md")
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    (tmp_path / "a" / "gone.md").symlink_to("nothing.md")
    (tmp_path / "a" / "self.md").symlink_to("self.md")
    os.mkfifo(tmp_path / "a" / "pipe.md")
    assert searched(tmp_path, "a") == ["a/a.md"]
    (tmp_path / "link").symlink_to("other")
    assert searched(tmp_path, "link") == ["link/b.md"]


def test_a_folder_without_posts(tmp_path: Path) -> None:
    made(tmp_path, "empty/", "docs/a.md", "notes/a.txt")
    found = find([tmp_path / "empty", tmp_path / "docs", tmp_path / "notes"])
    assert [post.path.name for post in found.posts] == ["a.md"]
    assert [str(problem).partition(";")[0] for problem in found.problems] == [
        f"{tmp_path / name} holds no post" for name in ("empty", "notes")
    ]
    assert ".ipynb or .markdown or .md" in str(found.problems[0])


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "a.md", "locked/b.md")
    scandir = os.scandir

    def refusing(path: Path) -> object:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = find([tmp_path])
    assert [post.path.name for post in found.posts] == ["a.md"]
    assert [str(problem) for problem in found.problems] == [
        f"{tmp_path / 'locked'} cannot be searched: Permission denied"
    ]


LISTED = {
    "posts": (["b.md", "docs/a.md"], ["b.md", "docs/a.md"]),
    "a folder": (["docs"], ["docs/a.md", "docs/deep/c.md"]),
    "a folder and its post": (["docs/", "docs/a.md", "b.md"], ["docs/a.md", "docs/deep/c.md", "b.md"]),
    "a pattern": (["docs/*.md"], ["docs/a.md"]),
    "a pattern of all levels": (["**/*.md"], ["a.md", "b.md", "docs/a.md", "docs/deep/c.md"]),
    "a pattern of folders": (["d*/[ac].md"], ["docs/a.md"]),
    "what is excluded, named": (["docs/draft.md"], ["docs/draft.md"]),
}


@pytest.mark.parametrize("name", LISTED)
def test_settings_list_posts(tmp_path: Path, name: str) -> None:
    made(tmp_path, "a.md", "b.md", "docs/a.md", "docs/draft.md", "docs/deep/c.md", "docs/.hidden/d.md")
    entries, expected = LISTED[name]
    settings = Settings(folder=tmp_path, posts=tuple(entries), exclude=("draft.md",))
    assert names(listed(settings), tmp_path) == expected


@pytest.mark.parametrize("entry", ["docs/*.md", "nowhere/*.md", "docs"])
def test_a_listed_pattern_without_posts(tmp_path: Path, entry: str) -> None:
    made(tmp_path, "docs/")
    found = listed(Settings(folder=tmp_path, posts=(entry,)))
    assert (found.posts, len(found.problems)) == ((), 1)
    assert entry in str(found.problems[0])


def test_what_is_no_pattern() -> None:
    with pytest.raises(ValueError, match="Invalid git pattern"):
        patterns(Path(), ["!"])


NAMES = ["a.md", "b.md", "c", "d", "x y.md", "éé.md", "[a].md"]
LINES = [
    "a.md",
    "*.md",
    "!a.md",
    "!*.md",
    "c/",
    "!c/",
    "/d",
    "/c/a.md",
    "c/*",
    "**/d/*.md",
    "d/**",
    "*",
    "!*/",
    "c/**/b.md",
]
LINES += [
    "!d/a.md",
    "\\[a].md",
    "x y.md",
    "?.md",
    "[!a].md",
    "# a.md",
    "",
    "a.md  ",
    "/*",
    "!/c",
    "c",
    "éé.md",
    "!b.md",
    "*/a.md",
]


@pytest.mark.parametrize("seed", range(40))
def test_what_git_leaves_out_is_left_out(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for _ in range(25):
        *folders, name = (chance.choice(NAMES) for _ in range(chance.randrange(1, 5)))
        path = tmp_path.joinpath(*(folder.removesuffix(".md") for folder in folders), name.removesuffix(".md") + ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(POST)
    for folder in [tmp_path, *(path for path in tmp_path.rglob("*") if path.is_dir() and ".git" not in path.parts)]:
        if folder == tmp_path or chance.random() < 0.3:
            (folder / ".gitignore").write_text("\n".join(chance.sample(LINES, chance.randrange(1, 6))) + "\n")
    (tmp_path / ".git" / "info" / "exclude").write_text("\n".join(chance.sample(LINES, 2)))
    git = ["git", "-c", "core.excludesFile=/dev/null", "ls-files", "-z", "--others", "--exclude-standard"]
    shown = subprocess.run(git, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.split("\0")
    expected = {name for name in shown if name.endswith(".md")}
    found = find([tmp_path])
    assert {post.path.relative_to(tmp_path).as_posix() for post in found.posts} == expected
