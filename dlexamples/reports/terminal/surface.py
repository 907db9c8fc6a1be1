"""What a stream can show: colours, width, characters."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that are drawn around the author's text."""

    bar: str = "│"
    rule: str = "─"
    accepted: str = "✓"
    refused: str = "✗"
    dot: str = "·"
    times: str = "\N{MULTIPLICATION SIGN}"
    ellipsis: str = "…"


ASCII = Glyphs(bar="|", rule="-", accepted="+", refused="x", dot="-", times="x", ellipsis="...")


@dataclass(frozen=True, slots=True)
class Surface:
    """How to draw on one stream."""

    width: int = 80
    colour: bool = False
    glyphs: Glyphs = Glyphs()


def of(stream: TextIO) -> Surface:
    """What `stream` and the environment ask for."""
    return Surface(_width(stream), has_colour(stream), _glyphs(stream))


def has_colour(stream: TextIO) -> bool:
    """In the order that Python itself asks: NO_COLOR, FORCE_COLOR, TERM, then the stream."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def write(stream: TextIO, surface: Surface, lines: Iterable[Text]) -> None:
    """Prints `lines` as they are: no wrapping, no markup, no highlighting."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=surface.width,
        force_terminal=surface.colour,
        # The sixteen colours follow the reader's own theme.
        color_system="standard" if surface.colour else None,
        legacy_windows=False,
        _environ={},
    )
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)
        stream.write(encodable(buffer.getvalue(), stream))
        buffer.seek(0)
        buffer.truncate()


def encodable(text: str, stream: TextIO) -> str:
    """`text` with what `stream` cannot encode written as escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces alone: a path stays whole however long it is."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cell_len(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _width(stream: TextIO) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        # A pseudo-terminal that nobody has sized says 0.
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _glyphs(stream: TextIO) -> Glyphs:
    glyphs = Glyphs()
    try:
        "".join((glyphs.bar, glyphs.rule, glyphs.accepted, glyphs.refused, glyphs.dot, glyphs.ellipsis)).encode(
            getattr(stream, "encoding", None) or "utf-8"
        )
    except UnicodeEncodeError:
        return ASCII
    return glyphs
