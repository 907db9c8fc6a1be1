"""Scratch repositories of git, for tests of what git says."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
AUTHOR = ("-c", "user.name=Author", "-c", "user.email=author@localhost", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> str:
    """What git answers. Raises CalledProcessError."""
    done = subprocess.run(
        ("git", *AUTHOR, *arguments), cwd=folder, check=True, capture_output=True, text=True, env=ENVIRONMENT
    )
    return done.stdout.strip()


def repository(folder: Path, **posts: str) -> Path:
    """A repository with these posts, `name="text"`, committed on the branch `main`."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, **posts)
    return folder


def commit(folder: Path, **posts: str) -> str:
    for name, text in posts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "posts")
    return git(folder, "rev-parse", "HEAD")
