"""`--shard 2/4`: which of the posts are this machine's.

Each machine finds and reads all posts, deals them out by itself, and takes its own. A post goes to the shard that a
hash of its path likes best of those that have room for its blocks: no shard gets much more to do than another, and when
a post is added most of the others stay where they are, and find what a cache of that shard keeps of them (consistent
hashing with bounded loads, https://arxiv.org/abs/1608.01350).
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from dlexamples.gathered import gathered
from dlexamples.model import Shard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Document

MOST = 1_000
ROOM = 1.1
"""How much more than the average a shard may get to do."""


def parsed(text: str) -> Shard:
    """`2/4`. Raises ValueError that says what it must be."""
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    index, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= index <= count <= MOST:
        raise ValueError(
            f"{text!r} is no shard: it takes 2/4 for the second of four, from 1/4 to 4/4, at most {MOST:,}"
        )
    return Shard(index, count)


def in_shard(documents: Sequence[Document], shard: Shard) -> Sequence[Document]:
    """Those that are the shard's, in the same order."""
    dealt = _dealt({_name(document): _work(document) for document in documents}, shard.count)
    return gathered((each for each in documents if dealt[_name(each)] == shard.index), len(documents))


def _dealt(work: dict[str, int], count: int) -> dict[str, int]:
    """By name: the shard, from 1. The most work is dealt out first, while there is room everywhere."""
    room = sum(work.values()) / count * ROOM
    loads = dict.fromkeys(range(1, count + 1), 0)
    dealt = {}
    for name in sorted(work, key=lambda name: (-work[name], name)):
        liked = sorted(loads, key=lambda index: hashlib.sha256(f"{index} {name}".encode("utf-8", "replace")).digest())
        fitting = (index for index in liked if loads[index] + work[name] <= room)
        dealt[name] = next(fitting, None) or min(liked, key=lambda index: loads[index])
        loads[dealt[name]] += work[name]
    return dealt


def _work(document: Document) -> int:
    """What it costs, in blocks; a post without any is looked at, too."""
    return 1 + sum(block.is_python for block in document.blocks)


def _name(document: Document) -> str:
    """Its path from the working folder, which is the same on machines that hold the posts in different folders."""
    try:
        return Path(os.path.relpath(document.path)).as_posix()
    except ValueError:  # Another drive of Windows.
        return document.path.as_posix()
