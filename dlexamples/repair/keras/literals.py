"""String literals of a session's blocks, by what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.repair.edit import Tree


def replaced(sources: Sequence[str], old: str, new: str) -> tuple[str, ...]:
    """The blocks with every literal that says `old` saying `new`, in the quotes that it has."""
    return tuple(_replaced(source, old, new) for source in sources)


def literals(tree: Tree) -> Iterator[cst.SimpleString]:
    yield from (node for node in tree.positions if isinstance(node, cst.SimpleString))


def written(node: cst.SimpleString, new: str) -> str:
    """`new` in the quotes of the literal."""
    return f"{node.prefix}{node.quote}{new}{node.quote}"


def _replaced(source: str, old: str, new: str) -> str:
    tree = edit.parse(source)
    if tree is None:
        return source
    found = [node for node in literals(tree) if node.evaluated_value == old]
    text = source
    for node in sorted(found, key=tree.start, reverse=True):
        text = text[: tree.start(node)] + written(node, new) + text[tree.end(node) :]
    return text
