"""Outcomes and blocks that move with the post's lines."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from dlexamples.model import Block, Curve, Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dlexamples.model import Outcome, Session

T = TypeVar("T")
_LINES: dict[type, tuple[str, ...]] = {
    Span: ("line", "end_line"),
    Edit: ("line", "end_line"),
    Block: ("line", "end_line", "first_line"),
    Curve: ("line",),
}
"""The fields that hold lines of the document. Those of `Printed` and `Place` are the source's."""
_A_LINE = re.compile(r"\blines? \d|\.\w+:\d")
"""`line 3` of a traceback, `post.py:3` of a warning in a process that the block has started."""


def shifted(value: T, by: int) -> T:
    """`value` with each line of the document `by` lines further down, in all that it holds."""
    if isinstance(value, tuple):
        return tuple(shifted(each, by) for each in value)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    own = _LINES.get(type(value), ())
    changed: dict[str, Any] = {name: getattr(value, name) + by for name in own}
    for field in fields(value):
        held = getattr(value, field.name)
        if isinstance(held, tuple) or is_dataclass(held):
            changed[field.name] = shifted(held, by)
    return replace(value, **changed)


def names_a_line(outcomes: Sequence[Outcome], session: Session, post: Path) -> bool:
    """Whether a text tells lines of the post, as a traceback does: then it holds only where the session stands.

    What tells a line in another form (`<code object f at …, file "post.md", …>`) tells the post's name.
    """
    if any("lineno" in block.source for block in session.blocks):
        return True
    return any(post.stem in text or _A_LINE.search(text) for outcome in outcomes for text in _texts(outcome))


def _texts(value: Any) -> Iterator[str]:
    """Every text of an outcome but its block's own, which the key holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value) and not isinstance(value, Block):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
