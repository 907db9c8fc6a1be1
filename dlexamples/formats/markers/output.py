"""Blocks and the fences that show what they print."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.formats.markers.reach import Place, without_effect
from dlexamples.model import Place as Region
from dlexamples.model import Printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.formats.markers.page import Page
    from dlexamples.model import Block

OPTION = re.compile(r":([\w-]+):[ \t]*(.*)\n")
"""Of a directive, above its text."""


def with_output(page: Page, found: Sequence[Place]) -> tuple[list[Block], list[Place]]:
    """The blocks, each with the output that a marker says is its own, and the markers, now those of the code."""
    blocks, places = list(page.blocks), []
    for place in found:
        if place.ask is None or place.ask.output is None or not place.blocks:
            places.append(place)
            continue
        pair = _pair(page, place.blocks[0])
        if pair is None:
            flaw = without_effect(place.span, place.ask.text, "there is no Python with a fence below it for its output")
            places.append(replace(place, flaw=flaw, home=place.blocks[0]))
            continue
        code, shown = pair
        printed = _printed(page.blocks[shown], place.ask.output)
        blocks[code] = replace(blocks[code], printed=(*blocks[code].printed, printed))
        blocks[shown] = _as_output(blocks[shown], blocks[code])
        places.append(replace(place, blocks=(code,)))
    return blocks, places


def _pair(page: Page, index: int) -> tuple[int, int] | None:
    """The Python that is meant, and the fence of what it prints, where a marker is at the block `index`.

    A block that says that it is Python is the code, and the fence below it the output; any other is the output of the
    Python above it.
    """
    block, above = page.blocks[index], page.code_above(index)
    if not block.is_python or (not block.info and above is not None):
        return None if above is None else (above, index)
    below = page.next_fence(block.line)
    if below is None or (page.blocks[below].is_python and page.blocks[below].info):
        return None
    return index, below


def _printed(block: Block, asked: frozenset[str]) -> Printed:
    text = block.published
    options = set(asked)
    first = 1
    while block.info.startswith("{") and (option := OPTION.match(text)):
        options |= set(re.findall(r"\+(\w+)", option[2])) if option[1] == "options" else set()
        text, first = text[option.end() :], first + 1
    rows = text.split("\n")[:-1]
    last = max(first, first + len(rows) - 1)
    region = Region(0, first, 0, last, len(rows[-1]) if rows else 0)
    return Printed(0, text, block.span(region), frozenset(options))


def _as_output(block: Block, code: Block) -> Block:
    if not block.is_python:
        return block
    # Numbers and assignments may read as Python; the marker knows better.
    return replace(block, language="text", why=f"a marker says that it is the output of {code.id}", syntax_error="")
