"""Which blocks share a namespace.

A block belongs to the latest earlier block that defines a name which it uses; the connected groups are the sessions.
A block that changes global state (a seed, a default dtype, the environment) sets the scene for every later session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.model import Session
from dlexamples.names import BUILTINS, Names, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dlexamples.model import Block, Document


def sessions(document: Document, mode: str = "auto") -> tuple[Session, ...]:
    """The sessions of a post, each with its blocks in the document's order.

    `mode`: `auto` as above, `document` (all blocks are one session), `block` (each on its own).
    """
    blocks = [block for block in document.blocks if block.is_python]
    if not blocks:
        return ()
    if mode == "document":
        return (_session(1, blocks, range(len(blocks)), ()),)
    if mode == "block":
        return tuple(_session(n, blocks, [i], ()) for n, i in enumerate(range(len(blocks)), 1))
    known = [names(block.source) for block in blocks]
    groups = _groups(known)
    return tuple(_session(n, blocks, group, _scene(group, known)) for n, group in enumerate(groups, 1))


def needed_for(session: Session, wanted: Iterable[str]) -> Session:
    """`session` cut down to the blocks `wanted` (ids) and those that they need; only the wanted are judged."""
    ids = set(wanted)
    known = [names(block.source) for block in session.blocks]
    keep: set[int] = set()
    for index, block in enumerate(session.blocks):
        if block.id in ids:
            keep |= {index} | _ancestors(index, known)
        elif block.id not in session.judged:
            keep.add(index)
    blocks = tuple(block for index, block in enumerate(session.blocks) if index in keep)
    return Session(session.name, blocks, frozenset(ids & session.judged))


def _session(number: int, blocks: Sequence[Block], own: Iterable[int], scene: Iterable[int]) -> Session:
    own = set(own)
    return Session(
        name=f"session-{number}",
        blocks=tuple(blocks[i] for i in sorted(own | set(scene))),
        judged=frozenset(blocks[i].id for i in own),
    )


def _groups(known: Sequence[Names]) -> list[list[int]]:
    """Connected blocks, the groups in the order of their first block."""
    group = list(range(len(known)))
    for index in range(len(known)):
        for definer in _definers(index, known):
            old, new = group[definer], group[index]
            group = [min(old, new) if g in {old, new} else g for g in group]
    return [[i for i, g in enumerate(group) if g == first] for first in sorted(set(group))]


def _definers(index: int, known: Sequence[Names]) -> set[int]:
    """The blocks that block `index` takes names from."""
    found: set[int] = set()
    for name in _read(known[index]):
        earlier = _earlier_definers(name, index, known)
        if not earlier and name in known[index].needs_later:
            # A function may be called once a later block has defined what it reads.
            later = next((i for i in range(index + 1, len(known)) if name in known[i].binds), None)
            earlier = set() if later is None else {later}
        found |= earlier
    return found


def _earlier_definers(name: str, index: int, known: Sequence[Names]) -> set[int]:
    """Back to the latest block that surely binds the name: one that may have bound it hides nothing."""
    found: set[int] = set()
    for i in range(index - 1, -1, -1):
        if name in known[i].binds:
            found.add(i)
        if name in known[i].surely:
            return found
    if found or name in BUILTINS:
        return found
    star = next((i for i in range(index - 1, -1, -1) if known[i].star), None)
    return set() if star is None else {star}


def _read(names: Names) -> frozenset[str]:
    return names.needs | names.needs_later | names.builtins


def _ancestors(index: int, known: Sequence[Names]) -> set[int]:
    """Earlier blocks that define, or change in place, what block `index` uses, and theirs in turn."""
    found: set[int] = set()
    wanted = set(_read(known[index]))
    for i in range(index - 1, -1, -1):
        touches = frozenset().union(*(s.touches for s in known[i].statements))
        if wanted & (known[i].binds | touches) or known[i].star:
            found.add(i)
            wanted |= _read(known[i])
    return found


def _scene(group: Sequence[int], known: Sequence[Names]) -> set[int]:
    """Earlier blocks of other sessions that change global state, with what they need."""
    found: set[int] = set()
    modules: set[str] = set()
    for index in range(group[-1]):
        modules |= known[index].imported
        if index not in group and known[index].sets_state & modules:
            found |= {index} | _ancestors(index, known)
    return found - set(group)
