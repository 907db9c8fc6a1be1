"""A post on the disk: read with an error that helps, written whole or not at all."""

from __future__ import annotations

import codecs
import contextlib
import os
import secrets
import stat
from pathlib import Path

from dlexamples.errors import ToldError

WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class UnreadablePost(ToldError, ValueError):  # noqa: N818 - it says what the post is
    """What was found in place of a post, where, and what would do."""


class UnwritablePost(ToldError, ValueError):  # noqa: N818 - it says what the post is
    """Why the post could not be written. The file is as it was."""


def read_text(path: Path, would_do: str) -> str:
    """The text of a UTF-8 file, byte order mark and line ends included."""
    if path.is_dir():
        raise UnreadablePost(f"{path} is a folder; name a post in it, a file that ends in {would_do}")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadablePost(f"{path} is not a regular file; a post is a file that ends in {would_do}")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadablePost(f"{path}: no such file; name a post that ends in {would_do}") from None
    except OSError as error:
        raise UnreadablePost(f"{path} cannot be read: {error.strerror}") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadablePost(f"{path}: {_undecodable(data, error)}; save the file as UTF-8") from None


def _undecodable(data: bytes, error: UnicodeDecodeError) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "the file begins as UTF-16 does (byte offset 0, line 1)"
    line = data.count(b"\n", 0, error.start) + 1
    return f"byte 0x{data[error.start]:02x} at byte offset {error.start} (line {line}) is not UTF-8"


def write(path: Path, text: str) -> None:
    """Writes the whole file or leaves it as it was; a link's target is written. Raises UnwritablePost."""
    target = Path(os.path.realpath(path))
    try:
        data = text.encode("utf-8")
        before = _replaceable(target)
        _replace(target, data, before)
    except UnicodeEncodeError as error:
        raise UnwritablePost(f"{path} was not written: {error.reason} at character {error.start}") from error
    except OSError as error:
        raise UnwritablePost(f"{path} was not written: {error.strerror}") from error


def require_writable(path: Path) -> None:
    """Raises UnwritablePost where `write` would: to be asked before the work whose result is to be written."""
    try:
        _replaceable(Path(os.path.realpath(path)))
    except OSError as error:
        raise UnwritablePost(f"{path} cannot be written: {error.strerror}") from error


def _replaceable(target: Path) -> os.stat_result | None:
    """What is there now. The bits are looked at, because root may write where they say no."""
    folder = target.parent
    if not folder.is_dir():
        raise UnwritablePost(f"{target} was not written: there is no folder {folder}")
    if target.is_dir():
        raise UnwritablePost(f"{target} was not written: it is a folder")
    before = target.stat() if target.exists() else None
    if before is not None and not (before.st_mode & WRITE_BITS and os.access(target, os.W_OK)):
        raise UnwritablePost(f"{target} was not written: it is read-only; `chmod u+w {target}` would allow it")
    if not (folder.stat().st_mode & WRITE_BITS and os.access(folder, os.W_OK)):
        raise UnwritablePost(
            f"{target} was not written: its folder {folder} is read-only; `chmod u+w {folder}` would allow it"
        )
    return before


def _replace(target: Path, data: bytes, before: os.stat_result | None) -> None:
    # Not tempfile: its files are private to the owner, and a new post takes the mode that the umask gives.
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if before is not None:
            _keep_owner(temporary, before)
            temporary.chmod(stat.S_IMODE(before.st_mode))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _keep_owner(path: Path, before: os.stat_result) -> None:
    """As root in a container, a post would otherwise become root's."""
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(path, before.st_uid, before.st_gid)
