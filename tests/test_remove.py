"""What blocks leave in their folder goes, whatever it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dlexamples.run.inside.remove import remove

IS_WINDOWS = sys.platform == "win32"


def test_folders_files_and_names_like_ours(tmp_path: Path) -> None:
    top = tmp_path / "top"
    for name in ("removed-0", "a/removed-1/removed-0", "a/removed-0"):
        (top / name).mkdir(parents=True, exist_ok=True)
        (top / name / "removed-2").write_text("x")
    remove(str(top))
    assert not list(tmp_path.iterdir())


def test_what_is_not_there_is_removed_already(tmp_path: Path) -> None:
    remove(str(tmp_path / "nothing"))


@pytest.mark.skipif(IS_WINDOWS, reason="there a path has no more than some hundred characters")
def test_deeper_than_a_path_is_long(tmp_path: Path) -> None:
    top, here = tmp_path / "top", os.open(".", os.O_RDONLY)
    top.mkdir()
    try:
        os.chdir(top)
        for _ in range(1500):
            Path("a-folder").mkdir()
            os.chdir("a-folder")
    finally:
        os.chdir(here)
        os.close(here)
    remove(str(top))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(IS_WINDOWS, reason="modes and links are another thing there")
def test_whatever_its_mode_and_never_through_a_link(tmp_path: Path) -> None:
    top, other = tmp_path / "top", tmp_path / "other"
    (top / "shut" / "below" / "further").mkdir(parents=True)
    (top / "shut" / "below" / "file").write_text("x")
    other.mkdir()
    (other / "file").write_text("stays")
    (top / "link").symlink_to(other)
    (top / "shut" / "link").symlink_to(other)
    os.mkfifo(top / "pipe")
    (top / "shut" / "below").chmod(0)
    (top / "shut").chmod(0)
    top.chmod(0o500)
    remove(str(top))
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    assert (other / "file").read_text() == "stays"


@pytest.mark.skipif(IS_WINDOWS, reason="modes are another thing there")
def test_what_stays_is_told_and_all_else_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / "top" / name).mkdir(parents=True)
    rmdir = os.rmdir

    def refuse(path: str) -> None:
        if path.endswith("/b"):
            raise PermissionError(path)
        rmdir(path)

    monkeypatch.setattr(os, "rmdir", refuse)
    with pytest.raises(PermissionError):
        remove(str(tmp_path / "top"))
    assert [path.name for path in (tmp_path / "top").iterdir()] == ["b"]
