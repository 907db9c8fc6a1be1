"""The blocks that a document's fences become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.formats.dialects import Draft, read
from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.ids import ids, slug
from dlexamples.formats.lines import BOM, texts
from dlexamples.formats.markers import hidden, marked
from dlexamples.formats.syntax import Bound
from dlexamples.model import Block, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


def document(path: Path, text: str, elements: Iterable[Fence | Comment], view: str = "") -> Document:
    """The document of a text's fences and comments, which come in the document's order."""
    found = list(elements)
    comments = [element for element in found if isinstance(element, Comment)]
    fences = [fence for element in found for fence in ([element] if isinstance(element, Fence) else hidden(element))]
    rows = texts((view or text).removeprefix(BOM))
    marked_blocks, flaws = marked(blocks(fences, path.stem, rows), comments, view or text)
    return Document(path, text, marked_blocks, flaws, view)


def blocks(fences: Iterable[Fence], stem: str, rows: Sequence[str] = ()) -> tuple[Block, ...]:
    """The fences with their languages and ids. `stem` names what stands above every heading; `rows` are the
    document's, where edits can be written in them."""
    found = list(_read(fences, rows))
    names = ids([(_slug(draft.fence, stem), draft.language) for draft, _ in found])
    return tuple(_block(name, draft, error) for name, (draft, error) in zip(names, found, strict=True))


def _read(fences: Iterable[Fence], rows: Sequence[str]) -> Iterator[tuple[Draft, str]]:
    """Each fence as it is run, with the compiler's message for Python that does not compile."""
    bound = Bound()
    for fence in fences:
        draft = read(fence, bound, rows)
        is_python = draft.language == "python"
        if is_python:
            bound.add(draft.source)
        yield draft, draft.syntax_error if is_python else ""


def _slug(fence: Fence, stem: str) -> str:
    heading = fence.heading[-1] if fence.heading else ""
    return slug(heading) or slug(stem) or "block"


def _block(name: str, draft: Draft, syntax_error: str) -> Block:
    fence, source = draft.fence, draft.source
    return Block(
        id=name,
        line=fence.line,
        end_line=fence.end_line,
        heading=fence.heading,
        info=fence.info,
        language=draft.language,
        why=draft.why,
        source=source,
        first_line=fence.first_line,
        prefixes=tuple(row.prefix for row in draft.rows),
        syntax_error=syntax_error,
        text="" if source == fence.text else fence.text,
        form=fence.form,
        interactive=draft.interactive,
        printed=draft.printed,
        tabs=draft.tabs,
        near_miss=draft.near_miss,
        flaws=draft.flaws,
    )
