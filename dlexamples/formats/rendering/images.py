"""Images that a page can show without asking anybody: small ones that lie beside the post, and those in its text."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 64_000
"""Bytes of an image that is put into the page."""
INLINE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
)
"""How the files begin, whatever their names say. An SVG may be a program, and is shown by its path."""


def embedded(source: str, folder: Path) -> str:
    """The image at `source`, of a post in `folder`, as a data URI; empty where it is to be told and not shown."""
    if INLINE.fullmatch(source):
        return "".join(source.split())
    data = _read(source, folder)
    kind = _kind(data)
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}" if kind else ""


def _read(source: str, folder: Path) -> bytes:
    """The bytes of a small file in the post's folder or below; none of any other."""
    try:
        parts = urlsplit(source)
        if parts.scheme or parts.netloc or not parts.path:
            return b""
        home = folder.resolve()
        path = (home / unquote(parts.path)).resolve()
        if not path.is_relative_to(home) or not path.is_file() or path.stat().st_size > LARGEST:
            return b""
        return path.read_bytes()
    except (OSError, ValueError):
        return b""


def _kind(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for signature, kind in SIGNATURES if data.startswith(signature)), "")
