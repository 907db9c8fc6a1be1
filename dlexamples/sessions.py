"""Which blocks share a namespace.

A block belongs to the latest earlier block that defines a name which it uses; the connected groups are the sessions.
A block that changes global state (a seed, a default dtype, the environment) sets the scene for every later session.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dlexamples.model import Session
from dlexamples.names import BUILTINS, Names, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dlexamples.model import Block, Document

Installed = Callable[[str], bool]


@cache
def installed(module: str) -> bool:
    """Whether a top-level module can be imported here; it is not imported."""
    return find_spec(module) is not None


def sessions(document: Document, mode: str = "auto", here: Installed = installed) -> tuple[Session, ...]:
    """The sessions of a post, each with its blocks in the document's order.

    `mode`: `auto` as above, `document` (all blocks are one session), `block` (each on its own). What a marker says
    goes before it. Of alternatives (`%%tab pytorch`, `%%tab tensorflow`) each has sessions of its own, together with
    the blocks that are for all; those for frameworks that are not `here` are in none.
    """
    found: list[tuple[frozenset[str], list[Block], str]] = []
    for share, name in _shares([block for block in document.blocks if block.is_python]):
        judged: set[str] = set()
        for blocks in _alternatives(share, here):
            for group, scene in _grouped(blocks, "document" if name else mode):
                own = frozenset(blocks[i].id for i in group) - judged
                if own:
                    found.append((own, [blocks[i] for i in sorted({*group, *scene})], name))
            judged |= {block.id for block in blocks}
    position = {block.id: number for number, block in enumerate(document.blocks)}
    found.sort(key=lambda entry: min(position[block_id] for block_id in entry[0]))
    return tuple(
        Session(name or f"session-{number}", tuple(blocks), judged_ids)
        for number, (judged_ids, blocks, name) in enumerate(found, 1)
    )


def for_others(document: Document, here: Installed = installed) -> tuple[Block, ...]:
    """The Python blocks that are alternatives for frameworks none of which is `here`."""
    return tuple(b for b in document.blocks if b.is_python and b.tabs and not any(map(here, b.tabs)))


def _shares(blocks: Sequence[Block]) -> list[tuple[list[Block], str]]:
    """Blocks that may share a namespace at all, with the name that a marker gives it."""
    named: dict[str, list[Block]] = {}
    rest: list[list[Block]] = [[]]
    for block in blocks:
        if block.marks.session:
            named.setdefault(block.marks.session, []).append(block)
            continue
        if block.marks.clears:
            rest.append([])
        rest[-1].append(block)
    return [(share, "") for share in rest if share] + [(share, name) for name, share in named.items()]


def _alternatives(blocks: Sequence[Block], here: Installed) -> Iterator[list[Block]]:
    """The blocks as a reader of each framework's tabs sees them."""
    frameworks = [name for name in dict.fromkeys(name for block in blocks for name in sorted(block.tabs)) if here(name)]
    if not frameworks:
        yield [block for block in blocks if not block.tabs]
    for framework in frameworks:
        yield [block for block in blocks if not block.tabs or framework in block.tabs]


def _grouped(blocks: Sequence[Block], mode: str) -> list[tuple[list[int], set[int]]]:
    """The blocks of each session by index, and beside them those that only set its scene."""
    if mode == "document" and blocks:
        return [(list(range(len(blocks))), set())]
    if mode == "block":
        return [([index], set()) for index in range(len(blocks))]
    known = [names(block.source) for block in blocks]
    return [(group, _scene(group, known)) for group in _groups(known)]


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
