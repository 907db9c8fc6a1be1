"""Which blocks share a namespace.

A block belongs to the latest earlier block that defines a name which it uses, or writes a file that it reads; the
connected groups are the sessions.
A block that changes global state (a seed, a default dtype, the environment) sets the scene for every later session.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dlexamples.installs import installs
from dlexamples.model import Session
from dlexamples.names import BUILTINS, Names, names
from dlexamples.results import results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dlexamples.model import Block, Document, Environment, Result

Installed = Callable[[str], bool]


@cache
def installed(module: str, beside: str = "", alone: bool = False) -> bool:
    """Whether a top-level module can be imported here, or from the folder `beside`; it is not imported. `alone`: of
    what is here only the standard library counts."""
    is_here = module in sys.stdlib_module_names if alone else find_spec(module) is not None
    return is_here or bool(beside and PathFinder.find_spec(module, [beside]))


def installed_in(environment: Environment) -> Installed:
    """Whether a top-level module can be imported by blocks of a post that has this environment."""
    return partial(installed, beside=environment.folder, alone=environment.alone)


def sessions(document: Document, mode: str = "auto", here: Installed | None = None) -> tuple[Session, ...]:
    """The sessions of a post, each with its blocks in the document's order.

    `mode`: `auto` as above, `document` (all blocks are one session), `block` (each on its own). What a marker says
    goes before it. Of alternatives (`%%tab pytorch`, `%%tab tensorflow`) each has sessions of its own, together with
    the blocks that are for all, which are judged in each; those for frameworks that are not `here` are in none.
    """
    return _sessions(document, mode, here or _installed_for(document), scenes=True)


def session_names(document: Document, mode: str = "auto", here: Installed | None = None) -> dict[str, str]:
    """The name of the first session that judges a block, by the block's id."""
    found = reversed(_sessions(document, mode, here or _installed_for(document), scenes=False))
    return {block_id: session.name for session in found for block_id in session.judged}


def _installed_for(document: Document) -> Installed:
    return installed_in(document.environment)


def _sessions(document: Document, mode: str, here: Installed, *, scenes: bool) -> tuple[Session, ...]:
    found: list[tuple[frozenset[str], list[Block], str]] = []
    for share, name in _shares([block for block in document.blocks if block.is_python]):
        seen: set[frozenset[str]] = set()
        for blocks in _alternatives(share, here):
            for group, scene in _grouped(blocks, "document" if name else mode, scenes=scenes):
                own = frozenset(blocks[i].id for i in group)
                # What is for all and needs no alternative is the same in each.
                if own not in seen:
                    found.append((own, [blocks[i] for i in sorted({*group, *scene})], name))
                seen.add(own)
    position = {block.id: number for number, block in enumerate(document.blocks)}
    found.sort(key=lambda entry: min(position[block_id] for block_id in entry[0]))
    told = installs(document.view or document.text)
    stated: dict[str, list[Result]] = defaultdict(list)
    for result in results(document) if scenes else ():
        stated[result.block].append(result)
    return tuple(
        Session(
            name or f"session-{number}",
            tuple(blocks),
            judged_ids,
            told,
            document.environment,
            tuple(result for block in blocks if block.id in judged_ids for result in stated[block.id]),
        )
        for number, (judged_ids, blocks, name) in enumerate(found, 1)
    )


def for_others(document: Document, here: Installed | None = None) -> tuple[Block, ...]:
    """The Python blocks that are alternatives for frameworks none of which is `here`."""
    here = here or _installed_for(document)
    return tuple(b for b in document.blocks if b.is_python and b.tabs and not any(map(here, b.tabs)))


def _shares(blocks: Sequence[Block]) -> list[tuple[list[Block], str]]:
    """Blocks that may share a namespace at all, with the name that a marker gives it."""
    named: dict[str, list[Block]] = {}
    rest: list[list[Block]] = [[]]
    for block in blocks:
        if block.marks.clears:
            rest.append([])
        share = named.setdefault(block.marks.session, []) if block.marks.session else rest[-1]
        share.append(block)
    return [(share, "") for share in rest if share] + [(share, name) for name, share in named.items()]


def _alternatives(blocks: Sequence[Block], here: Installed) -> Iterator[list[Block]]:
    """The blocks as a reader of each framework's tabs sees them."""
    frameworks = [name for name in dict.fromkeys(name for block in blocks for name in sorted(block.tabs)) if here(name)]
    if not frameworks:
        yield [block for block in blocks if not block.tabs]
    for framework in frameworks:
        yield [block for block in blocks if not block.tabs or framework in block.tabs]


def _grouped(blocks: Sequence[Block], mode: str, *, scenes: bool) -> Iterable[tuple[list[int], set[int]]]:
    """The blocks of each session by index, and beside them those that only set its scene."""
    if mode == "document" and blocks:
        return [(list(range(len(blocks))), set())]
    if mode == "block":
        return [([index], set()) for index in range(len(blocks))]
    known = [names(block.source) for block in blocks]
    groups = _groups(known)
    return zip(groups, _scenes(groups, known) if scenes else [set() for _ in groups], strict=True)


def needed_for(session: Session, wanted: Iterable[str]) -> Session:
    """`session` cut down to the blocks `wanted` (ids) and those that they need; only the wanted are judged."""
    ids = set(wanted)
    known = [names(block.source) for block in session.blocks]
    given = [_gives(each) for each in known]
    keep: set[int] = set()
    for index, block in enumerate(session.blocks):
        if block.id in ids:
            keep |= {index} | _ancestors(index, known, given)
        elif block.id not in session.judged:
            keep.add(index)
    blocks = tuple(block for index, block in enumerate(session.blocks) if index in keep)
    return replace(session, blocks=blocks, judged=frozenset(ids & session.judged))


def _groups(known: Sequence[Names]) -> list[list[int]]:
    """Connected blocks, the groups in the order of their first block."""
    binders = _binders(known)
    first = list(range(len(known)))
    for index in range(len(known)):
        for definer in _definers(index, known, binders):
            one, other = _first(definer, first), _first(index, first)
            first[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for index in range(len(known)):
        groups.setdefault(_first(index, first), []).append(index)
    return list(groups.values())


def _first(index: int, first: list[int]) -> int:
    """The first block of a group; the way to it is cut short for the next who asks."""
    while first[index] != index:
        first[index] = first[first[index]]
        index = first[index]
    return index


def _binders(known: Sequence[Names]) -> dict[str, list[int]]:
    """The blocks that bind a name, in order; under `*` those that may bind any."""
    found: dict[str, list[int]] = {}
    for index, each in enumerate(known):
        for name in (*each.binds, *("*" * each.star)):
            found.setdefault(name, []).append(index)
    return found


def _definers(index: int, known: Sequence[Names], binders: Mapping[str, Sequence[int]]) -> set[int]:
    """The blocks that block `index` takes names from."""
    found: set[int] = set()
    for name in _read(known[index]):
        earlier = _earlier_definers(name, index, known, binders)
        if not earlier and name in known[index].needs_later:
            # A function may be called once a later block has defined what it reads.
            binding = binders.get(name, ())
            earlier = set(binding[bisect_right(binding, index) :][:1])
        found |= earlier
    for file in known[index].opens:
        found |= {i for i in range(index) if file in known[i].makes}
    return found


def _earlier_definers(name: str, index: int, known: Sequence[Names], binders: Mapping[str, Sequence[int]]) -> set[int]:
    """Back to the latest block that surely binds the name: one that may have bound it hides nothing."""
    found: set[int] = set()
    binding = binders.get(name, ())
    for i in range(bisect_left(binding, index) - 1, -1, -1):
        found.add(binding[i])
        if name in known[binding[i]].surely:
            return found
    if found or name in BUILTINS:
        return found
    stars = binders.get("*", ())
    return set(stars[: bisect_left(stars, index)][-1:])


def _read(names: Names) -> frozenset[str]:
    return names.needs | names.needs_later | names.builtins


def _gives(names: Names) -> frozenset[str]:
    """What it defines, changes in place or writes to a file."""
    return names.binds.union(names.makes, *(statement.touches for statement in names.statements))


def _ancestors(index: int, known: Sequence[Names], given: Sequence[frozenset[str]]) -> set[int]:
    """Earlier blocks that define, change in place or write what block `index` uses, and theirs in turn. `given`: what
    each block gives."""
    found: set[int] = set()
    wanted = {*_read(known[index]), *known[index].opens}
    for i in range(index - 1, -1, -1):
        if known[i].star or not wanted.isdisjoint(given[i]):
            found.add(i)
            wanted |= _read(known[i]) | known[i].opens
    return found


def _scenes(groups: Sequence[Sequence[int]], known: Sequence[Names]) -> Iterator[set[int]]:
    """For each group the earlier blocks of other sessions that change global state, with what they need."""
    given = [_gives(each) for each in known]
    setting = {index: {index} | _ancestors(index, known, given) for index in _state_setters(known)}
    for group in groups:
        own = set(group)
        found = (needed for index, needed in setting.items() if index < group[-1] and index not in own)
        yield set().union(*found) - own


def _state_setters(known: Sequence[Names]) -> Iterator[int]:
    """The blocks that change the state of a module which the post has imported by then."""
    modules: set[str] = set()
    for index, each in enumerate(known):
        modules |= each.imported
        if each.sets_state & modules:
            yield index
