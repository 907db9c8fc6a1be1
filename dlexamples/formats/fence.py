"""A fence as a format finds it, and the blocks that a document's fences become."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.formats.ids import ids, slug
from dlexamples.formats.language import Language, classify
from dlexamples.formats.syntax import bound_names, parsed
from dlexamples.model import Block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Fence:
    """Code in a document before anybody asks what language it is; the fields are those of `Block`."""

    line: int
    end_line: int
    heading: tuple[str, ...]
    info: str
    source: str
    first_line: int
    prefixes: tuple[str, ...]


def blocks(fences: Iterable[Fence], stem: str) -> tuple[Block, ...]:
    """The fences with their languages and ids. `stem` names what stands above every heading."""
    found = list(_classified(fences))
    slugs = [_slug(fence, stem) for fence, _ in found]
    names = ids([(slug, language.name) for slug, (_, language) in zip(slugs, found, strict=True)])
    return tuple(_block(name, fence, language) for name, (fence, language) in zip(names, found, strict=True))


def _classified(fences: Iterable[Fence]) -> Iterator[tuple[Fence, Language]]:
    bound: set[str] = set()
    for fence in fences:
        language = classify(fence.info, fence.source, fence.heading, bound)
        if language.name == "python":
            bound.update(bound_names(parsed(fence.source) or ast.Module([], [])))
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
        source=fence.source,
        first_line=fence.first_line,
        prefixes=fence.prefixes,
        syntax_error=language.syntax_error,
    )
