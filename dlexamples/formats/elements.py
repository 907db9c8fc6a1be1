"""What a format finds in a document: code and comments, before anybody asks what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlexamples.model import Flaw


@dataclass(frozen=True, slots=True)
class Fence:
    """Code in a document before anybody asks what language it is; the fields are those of `Block`."""

    line: int
    end_line: int
    heading: tuple[str, ...]
    info: str
    text: str
    """Without the containers' prefixes, as published; lines end in "\n"."""
    first_line: int
    prefixes: tuple[str, ...]
    form: str = "fence"
    closed: bool = True
    """False when the document ends, or its container does, before a closing fence."""
    tabs: tuple[str, ...] = ()
    """The titles of the tabs around it, outermost first: `PyTorch` of `=== "PyTorch"`."""
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment between paragraphs, where markers are written: HTML's, MDX's `{/* */}`, MyST's `%`."""

    line: int
    """The line on which it opens, from 1."""
    end_line: int
    heading: tuple[str, ...]
    text: str
    """Between its marks, as written, without the containers' prefixes."""
    first_line: int
    """The document's line of the first line of `text`."""
    prefixes: tuple[str, ...]
    """For each line of `text`, the document's text before it."""
    form: str = "html"
    """`html`, `jsx` or `myst`."""
