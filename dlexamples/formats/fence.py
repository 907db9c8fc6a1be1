"""The blocks that a document's fences become."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.formats.elements import Comment, Fence
from dlexamples.formats.ids import ids, slug
from dlexamples.formats.language import Language, classify
from dlexamples.formats.markers import hidden, marked
from dlexamples.formats.syntax import bound_names, parsed
from dlexamples.model import Block, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def document(path: Path, text: str, elements: Iterable[Fence | Comment], view: str = "") -> Document:
    """The document of a text's fences and comments, which come in the document's order."""
    found = list(elements)
    comments = [element for element in found if isinstance(element, Comment)]
    fences = [fence for element in found for fence in ([element] if isinstance(element, Fence) else hidden(element))]
    marked_blocks, flaws = marked(blocks(fences, path.stem), comments, view or text)
    return Document(path, text, marked_blocks, flaws, view)


def blocks(fences: Iterable[Fence], stem: str) -> tuple[Block, ...]:
    """The fences with their languages and ids. `stem` names what stands above every heading."""
    found = list(_classified(fences))
    slugs = [_slug(fence, stem) for fence, _ in found]
    names = ids([(slug, language.name) for slug, (_, language) in zip(slugs, found, strict=True)])
    return tuple(_block(name, fence, language) for name, (fence, language) in zip(names, found, strict=True))


def _classified(fences: Iterable[Fence]) -> Iterator[tuple[Fence, Language]]:
    bound: set[str] = set()
    for fence in fences:
        language = classify(fence.info, fence.text, fence.heading, bound)
        if language.name == "python":
            bound.update(bound_names(parsed(fence.text) or ast.Module([], [])))
        yield fence, language


def _slug(fence: Fence, stem: str) -> str:
    heading = fence.heading[-1] if fence.heading else ""
    return slug(heading) or slug(stem) or "block"


def _block(name: str, fence: Fence, language: Language) -> Block:
    return Block(
        id=name,
        line=fence.line,
        end_line=fence.end_line,
        heading=fence.heading,
        info=fence.info,
        language=language.name,
        why=language.why,
        source=fence.text,
        form=fence.form,
        flaws=fence.flaws,
        first_line=fence.first_line,
        prefixes=fence.prefixes,
        syntax_error=language.syntax_error,
    )
