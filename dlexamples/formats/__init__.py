"""Document formats: read a post's blocks, splice mended sources back, write the post, render it.

A format is one file of this folder: a parse function under `@reader(".suffix", …)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from dlexamples.formats.disk import UnreadablePost, UnwritablePost, read_text, require_writable, write
from dlexamples.formats.lines import spliced
from dlexamples.formats.rendering import Pieces, Render, of_markdown, pieces
from dlexamples.model import Block, Document
from dlexamples.registry import Registry

__all__ = [
    "UnreadablePost",
    "UnwritablePost",
    "parse",
    "read",
    "reader",
    "rendered",
    "require_writable",
    "splice",
    "suffixes",
    "write",
]

Parse = Callable[[Path, str], Document]
Splice = Callable[[Document, Mapping[str, str]], str]


class Format(NamedTuple):
    """How the documents of one suffix are read, how sources are put back into them, and what readers see of them."""

    parse: Parse
    splice: Splice
    render: Render


FORMATS: Registry[Format] = Registry("dlexamples.formats")


def reader(*suffixes: str, splice: Splice = spliced, render: Render = of_markdown) -> Callable[[Parse], Parse]:
    """Registers a parse function for the suffixes. `splice` is for formats that are not made of lines, `render` for
    those that are not Markdown."""

    def register(parse: Parse) -> Parse:
        for suffix in suffixes:
            FORMATS.add(suffix, Format(parse, splice, render))
        return parse

    return register


def suffixes() -> tuple[str, ...]:
    """The suffixes that a post can have, sorted."""
    return tuple(sorted(FORMATS.items()))


def read(path: Path) -> Document:
    """The post at `path`. Raises UnreadablePost."""
    text = read_text(path, would_do=" or ".join(suffixes()))
    return parse(path, text)


def parse(path: Path, text: str) -> Document:
    """The post that `text` would be at `path`; the disk is not touched. Raises UnreadablePost."""
    return _format_of(path).parse(path, text)


def splice(document: Document, sources: Mapping[str, str]) -> str:
    """The document's text with new sources for the blocks of these ids.

    Only lines that differ change. Raises KeyError for an unknown id, and ValueError when the document would not
    read back as asked: a source that closes its own fence.
    """
    for unknown in sources.keys() - {block.id for block in document.blocks}:
        raise KeyError(f"{document.path} has no block {unknown!r}")
    text = _format_of(document.path).splice(document, sources)
    _require_read_back(document, sources, parse(document.path, text))
    return text


def rendered(document: Document, prefix: str = "") -> Pieces:
    """The document as its readers see it, in pieces between its blocks: HTML that is safe to show, whose ids begin with
    `prefix`, and the numbers of blocks."""
    return pieces(document, _format_of(document.path).render, prefix)


def _format_of(path: Path) -> Format:
    found = FORMATS.items().get(path.suffix.lower())
    if found is None:
        suffix = repr(path.suffix) if path.suffix else "a name without a suffix"
        raise UnreadablePost(f"{path}: no format reads {suffix}; a post ends in {' or '.join(suffixes())}")
    return found


def _require_read_back(document: Document, sources: Mapping[str, str], new: Document) -> None:
    for block, again in zip(document.blocks, new.blocks, strict=False):
        wanted = sources.get(block.id, block.source)
        # What a broken fence was meant to be may be read all the same; it is not written.
        if _rows(wanted) != _rows(again.source) or _errors(again) - _errors(block):
            raise ValueError(
                f"{document.path}:{block.line}: the new source of {block.id} does not read back from its fence; "
                "it may hold a line that closes the fence"
            )
    if len(new.blocks) != len(document.blocks):
        raise ValueError(f"{document.path}: the new sources change the number of blocks")


def _errors(block: Block) -> set[str]:
    return {flaw.diagnostic.code for flaw in block.flaws if flaw.diagnostic.level == "error"}


def _rows(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
