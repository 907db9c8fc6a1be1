"""A post is read from the disk and written back, whole or not at all; bad input says what would do."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from dlexamples.formats import UnreadablePost, UnwritablePost, parse, read, suffixes, write

POST = "# T\n\n```python\nprint(1)\n```\n"


def test_read_keeps_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "post.MD"
    data = b"\xef\xbb\xbf# T\r\n\r\n```py\r\nx = 1\x0c\r\n```"
    path.write_bytes(data)
    document = read(path)
    assert document.text.encode() == data
    assert [block.source for block in document.blocks] == ["x = 1\x0c\n"]


def test_parse_needs_no_disk(tmp_path: Path) -> None:
    assert [block.id for block in parse(tmp_path / "none.markdown", POST).blocks] == ["t-1"]


def test_an_empty_file_is_a_document_without_blocks(tmp_path: Path) -> None:
    path = tmp_path / "post.md"
    path.write_bytes(b"")
    assert read(path).blocks == ()


def unreadable(path: Path) -> str:
    with pytest.raises(UnreadablePost) as caught:
        read(path)
    return str(caught.value)


def test_no_such_file(tmp_path: Path) -> None:
    path = tmp_path / "post.md"
    assert (
        unreadable(path)
        == f"{path}: no such file; name a post that ends in .ipynb or .markdown or .md or .mdx or .qmd or .rmd"
    )


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(POST)
    path = tmp_path / "post.md" / "post.md"
    assert unreadable(path) == f"{path} cannot be read: Not a directory"


def test_a_folder(tmp_path: Path) -> None:
    would_do = "name a post in it, a file that ends in .ipynb or .markdown or .md or .mdx or .qmd or .rmd"
    assert unreadable(tmp_path) == f"{tmp_path} is a folder; {would_do}"


@pytest.mark.parametrize(("name", "found"), [("post.docx", "'.docx'"), ("post", "a name without a suffix")])
def test_an_unknown_suffix(tmp_path: Path, name: str, found: str) -> None:
    path = tmp_path / name
    path.write_text(POST)
    assert (
        unreadable(path)
        == f"{path}: no format reads {found}; a post ends in .ipynb or .markdown or .md or .mdx or .qmd or .rmd"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"# T\n\nna\xefve\n", "byte 0xef at byte offset 7 (line 3) is not UTF-8; save the file as UTF-8"),
        ("# T\n".encode("utf-16"), "the file begins as UTF-16 does (byte offset 0, line 1); save the file as UTF-8"),
        (b"x\xe2\x82", "byte 0xe2 at byte offset 1 (line 1) is not UTF-8; save the file as UTF-8"),
    ],
)
def test_not_utf8(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "post.md"
    path.write_bytes(data)
    assert unreadable(path) == f"{path}: {said}"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "post.md"
    os.mkfifo(path)
    assert "is not a regular file" in unreadable(path)


def test_suffixes() -> None:
    assert suffixes() == (".ipynb", ".markdown", ".md", ".mdx", ".qmd", ".rmd")


def test_write_keeps_mode_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "post.md"
    path.write_text("old")
    path.chmod(0o640)
    write(path, "new\r\n")
    assert path.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_write_makes_a_new_file_as_the_umask_says(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    write(tmp_path / "post.md", "new")
    assert (tmp_path / "post.md").stat().st_mode == plain.stat().st_mode


def test_write_goes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    target, link = tmp_path / "posts" / "post.md", tmp_path / "link.md"
    target.write_text("old")
    link.symlink_to(Path("posts") / "post.md")
    write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def unwritable(path: Path) -> str:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(UnwritablePost) as caught:
        write(path, "new")
    assert (path.read_bytes() if path.is_file() else None) == before
    return str(caught.value)


def test_a_read_only_file_stays_as_it_is_for_root_too(tmp_path: Path) -> None:
    path = tmp_path / "post.md"
    path.write_text("old")
    path.chmod(0o444)
    assert unwritable(path) == f"{path} was not written: it is read-only; `chmod u+w {path}` would allow it"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_a_read_only_file_names_the_file(tmp_path: Path) -> None:
    target, link = tmp_path / "post.md", tmp_path / "link.md"
    target.write_text("old")
    target.chmod(0o444)
    link.symlink_to(target)
    assert unwritable(link).startswith(f"{target} was not written: it is read-only")


def test_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    path = folder / "post.md"
    path.write_text("old")
    folder.chmod(0o555)
    try:
        assert f"its folder {folder} is read-only" in unwritable(path)
        assert f"its folder {folder} is read-only" in unwritable(folder / "new.md")
    finally:
        folder.chmod(0o755)


def test_no_folder_and_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "none" / "post.md"
    assert unwritable(path) == f"{path} was not written: there is no folder {path.parent}"
    assert unwritable(tmp_path) == f"{tmp_path} was not written: it is a folder"


def test_a_failure_half_way_leaves_the_old_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "post.md"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert unwritable(path) == f"{path} was not written: No space left on device"
    assert list(tmp_path.iterdir()) == [path]


def test_text_that_has_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "post.md"
    path.write_text("old")
    with pytest.raises(UnwritablePost, match=re.escape("surrogates not allowed at character 1")):
        write(path, "x\ud800")
    assert path.read_text() == "old"
