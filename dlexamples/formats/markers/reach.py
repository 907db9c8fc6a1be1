"""The blocks that a marker is for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import OURS, Ask, Problem, Reach
from dlexamples.model import Diagnostic, Flaw, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.formats.elements import Comment
    from dlexamples.formats.markers.page import Page
    from dlexamples.formats.markers.written import Written


@dataclass(frozen=True, slots=True)
class Place:
    """A marker with the blocks that it is for, by index, and what is wrong with it."""

    peer: str
    ask: Ask | None
    """None when it is not in force."""
    span: Span
    blocks: tuple[int, ...] = ()
    flaw: Flaw | None = None
    home: int | None = None
    """The block to which the flaw belongs; None for the document."""
    in_block: bool = False
    """It stands in the info string or in the code."""

    def rank(self) -> tuple[bool, int, int]:
        """What counts first, where two disagree: ours, then the nearest, then the lowest in the document."""
        far = {Reach.START: 2, Reach.REST: 3}.get(self.ask.reach, 1) if self.ask and not self.in_block else 0
        return self.peer != OURS, far, -self.span.line


def places(found: Sequence[Written], page: Page) -> list[Place]:
    """The markers with their blocks, in the document's order."""
    # What is wrong with a marker is told once: that it then has no effect follows.
    refused = {(one.peer, one.span) for one in found if isinstance(one.found, Problem)}
    singles = _with_last_of_session(list(_singles(found, page, refused)))
    placed = [*_problems(found, page), *singles, *_ranges(found, page, refused)]
    return sorted(placed, key=lambda place: place.span)


def without_effect(span: Span, text: str, why: str) -> Flaw:
    return Flaw(Diagnostic("DL011", "warning", f"`{text}` has no effect: {why}", span))


def _problems(found: Sequence[Written], page: Page) -> Iterator[Place]:
    for one in found:
        if isinstance(one.found, Problem):
            problem = one.found
            flaw = Flaw(Diagnostic(problem.code, problem.level, problem.message, one.span))
            home = one.block if one.comment is None else _home(one.comment, page)
            yield Place(one.peer, None, one.span, flaw=flaw, home=home)


def _home(comment: Comment, page: Page) -> int | None:
    inside = page.inside(comment)
    return inside[0] if inside else _below(comment, page)


def _singles(found: Sequence[Written], page: Page, refused: set[tuple[str, Span]]) -> Iterator[Place]:
    for one in found:
        ask = one.found
        if isinstance(ask, Problem) or (one.comment and ask.reach in (Reach.START, Reach.END)):
            continue
        blocks = _blocks(one.comment, ask, page) if one.comment else (one.block,) if one.block is not None else ()
        trouble = _trouble(one, ask, blocks, page) if one.peer == OURS and (one.peer, one.span) not in refused else ""
        flaw = without_effect(one.span, ask.text, trouble) if trouble else None
        home = blocks[0] if blocks else None
        yield Place(one.peer, ask, one.span, blocks, flaw, home, in_block=not one.comment)


def _blocks(comment: Comment, ask: Ask, page: Page) -> tuple[int, ...]:
    match ask.reach:
        case Reach.INSIDE:
            return page.inside(comment)
        case Reach.REST:
            return tuple(page.following(comment.end_line))
        case Reach.NEXT_FENCE:
            index = page.next_fence(comment.end_line)
        case Reach.NEXT_CODE:
            index = page.next_code(comment.end_line)
        case Reach.TOUCHING:
            below = _below(comment, page)
            index = None if below is None or page.comment_between(comment, page.blocks[below]) else below
        case Reach.AFTER_NEXT:
            below = _below(comment, page)
            index = None if below is None else page.next_code(page.blocks[below].line)
        case Reach.LAST_OF_SESSION:
            index = None
        case _:
            index = _below(comment, page)
    return () if index is None else (index,)


def _with_last_of_session(placed: list[Place]) -> Iterator[Place]:
    last: dict[tuple[str, str], int] = {}
    for place in placed:
        if place.ask and place.ask.marks.session:
            key = place.peer, place.ask.marks.session
            last[key] = max([last.get(key, 0), *place.blocks])
    for place in placed:
        if place.ask and place.ask.reach is Reach.LAST_OF_SESSION:
            index = last.get((place.peer, place.ask.scope))
            yield place if index is None else replace(place, blocks=(index,))
        else:
            yield place


def _below(comment: Comment, page: Page) -> int | None:
    """The fence below a comment, with no prose between."""
    index = page.next_fence(comment.end_line)
    if index is None or page.prose_between(comment, page.blocks[index]):
        return None
    return index


def _trouble(one: Written, ask: Ask, blocks: tuple[int, ...], page: Page) -> str:
    """Why a marker of ours for one block has no effect; empty when it has one."""
    if ask.scope:
        return "a range stands in comments, above its first block and below its last"
    if ask.output is not None and blocks:
        return ""
    if blocks:
        block = page.blocks[blocks[0]]
        return "" if block.is_python else f"the block on line {block.line} is not Python ({block.why})"
    following = page.next_fence(one.comment.end_line) if one.comment else None
    if one.comment is None or following is None:
        return "no fence follows it"
    prose = page.prose_between(one.comment, page.blocks[following])
    return f"line {prose} stands between it and the next fence; write it directly above the fence"


def _ranges(found: Sequence[Written], page: Page, refused: set[tuple[str, Span]]) -> Iterator[Place]:
    opened: dict[tuple[str, str], tuple[Written, Ask]] = {}
    for one in found:
        ask = one.found
        if isinstance(ask, Problem) or not ask.scope or not one.comment:
            continue
        start = opened.get((one.peer, ask.scope))
        told = (one.peer, one.span) in refused
        if ask.reach is Reach.START and start:
            why = f"`{start[1].text}` of line {start[0].span.line} is not ended yet"
            yield Place(one.peer, ask, one.span, flaw=without_effect(one.span, ask.text, why))
        elif ask.reach is Reach.START:
            opened[one.peer, ask.scope] = one, ask
        elif ask.reach is Reach.END and start:
            del opened[one.peer, ask.scope]
            yield _range(*start, one.span.line, page, refused)
        elif ask.reach is Reach.END:
            why = "no `start` above it is still open"
            yield Place(one.peer, ask, one.span, flaw=None if told else without_effect(one.span, ask.text, why))
    for one, ask in opened.values():
        yield _range(one, ask, None, page, refused)


def _range(one: Written, ask: Ask, end: int | None, page: Page, refused: set[tuple[str, Span]]) -> Place:
    after = one.span.end_line
    blocks = tuple(page.following(after) if end is None else page.between(after, end))
    flaw = None
    if (one.peer, one.span) in refused:
        return Place(one.peer, ask, one.span, blocks)
    if end is None:
        told = f"`{ask.text}` is never ended, so it is for every block down to the document's end; write its `end`"
        flaw = Flaw(Diagnostic("DL010", "warning", told, one.span))
    elif not any(page.blocks[i].is_python for i in blocks):
        flaw = without_effect(one.span, ask.text, "no Python stands between it and its `end`")
    return Place(one.peer, ask, one.span, blocks, flaw)
