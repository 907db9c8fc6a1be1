"""`modle.fit(x)` after `model = …`: a slip of the author's fingers.

Two variables of a post are often one letter apart and both meant (`encode` and `encoder`, `image` and `images`,
`state` and `stats`). A slip is taken for one only where letters changed places, or one inside the word is missing or
doubled, and where the name stands once in the whole post.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.invented.keywords import changed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

SHORTEST = 5


@rule
def unknown_variable(stop: Stop) -> Iterator[Proposal]:
    name = getattr(stop.error, "name", None)
    if not isinstance(stop.error, NameError) or not name or not _stands_once(stop, name):
        return
    names = [known for known in live.scope(stop) if not known.startswith("_") and is_slip(name, known)]
    place = _place(stop, name)
    if len(names) != 1 or place is None:
        return
    blocks = list(stop.sources)
    blocks[stop.at.block] = changed(blocks[stop.at.block], [(*place, names[0])])
    yield Proposal(
        rule="unknown_variable",
        code="DL101",
        message=f"`{name}` is not defined, and `{names[0]}` is",
        applicability=Applicability.UNSAFE,
        description=f"write `{names[0]}`: letters of it changed places or got lost",
        sources=tuple(blocks),
        label="no such name",
        rivals="unknown_variable",
    )


def is_slip(written: str, meant: str) -> bool:
    """Whether two letters changed places, or one that is neither the first nor the last is missing or too many."""
    if len(meant) < SHORTEST or written[:1] != meant[:1] or _marks(written) != _marks(meant):
        return False
    if len(written) == len(meant):
        swaps = (meant[:i] + meant[i + 1] + meant[i] + meant[i + 2 :] for i in range(1, len(meant) - 1))
        return written != meant and written in swaps
    shorter, longer = sorted((written, meant), key=len)
    if len(longer) - len(shorter) != 1 or len(longer) <= SHORTEST:
        return False
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(1, len(longer) - 1))


def _marks(name: str) -> str:
    """Digits and underscores."""
    return re.sub(r"[^\W\d_]", "", name)


def _stands_once(stop: Stop, name: str) -> bool:
    text = stop.post.text or "\n".join(stop.published)
    return len(re.findall(rf"\b{re.escape(name)}\b", text)) == 1


def _place(stop: Stop, name: str) -> tuple[int, int] | None:
    """The one place where the block reads it."""
    tree = edit.parse(stop.sources[stop.at.block])
    found = [node for node in tree.positions if isinstance(node, cst.Name) and node.value == name] if tree else []
    return (tree.start(found[0]), tree.end(found[0])) if tree and len(found) == 1 else None
