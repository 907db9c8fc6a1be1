"""Which name of a library the place of a stop means, by the live objects and never by the text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.renamed.resolve import member, owns, resolve, splits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Place, Stop
    from dlexamples.repair.edit import Tree


@dataclass(frozen=True, slots=True)
class Missing:
    """An attribute that its receiver lacks: `node` may go on behind it, as `tf.contrib.layers` does."""

    stop: Stop
    tree: Tree
    node: cst.Attribute
    chain: str
    """What is written behind the receiver: `contrib.layers`."""
    receiver: Any

    @property
    def written(self) -> str:
        return self.tree.text(self.node)

    def means(self, name: str) -> bool:
        """Whether the full name is that of this attribute."""
        return any(chain == self.chain and owns(resolve(owner), self.receiver) for owner, chain in splits(name))


@dataclass(frozen=True, slots=True)
class Called:
    """A call that raised, with the function that was called, or MISSING."""

    stop: Stop
    tree: Tree
    node: cst.Call
    function: Any
    receiver: Any
    """The object whose method it is, or the module."""

    @property
    def attribute(self) -> str:
        func = self.node.func
        return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")

    @property
    def _own_name(self) -> str:
        return str(getattr(self.function, "__name__", ""))

    def means(self, name: str) -> bool:
        """Whether the full name is that of the function, of its class, of a class above, or of the method."""
        last = name.rpartition(".")[2]
        if last != self.attribute and not isinstance(self.function, type) and last != self._own_name:
            return False
        found = resolve(name)
        if found is live.MISSING:
            return False
        if found is self.function:
            return True
        if isinstance(found, type) and isinstance(self.function, type):
            return issubclass(self.function, found)
        return any(
            chain == self.attribute and isinstance(owner := resolve(above), type) and self._inherits(owner)
            for above, chain in splits(name)
        )

    def _inherits(self, owner: type) -> bool:
        """Whether it is the library's method that the receiver has, and not one of the post's own."""
        if not owns(owner, self.receiver):
            return False
        classes = self.receiver.__mro__ if isinstance(self.receiver, type) else type(self.receiver).__mro__
        definer = next((cls for cls in classes if self.attribute in vars(cls)), None)
        return definer is not None and definer.__module__ != "__main__"


def missing(stop: Stop) -> Iterator[Missing]:
    """The attribute that is not there, with as much of what is written behind it as there is, longest first."""
    tree = edit.parse(stop.sources[stop.at.block])
    if tree is None or not isinstance(stop.error, AttributeError):
        return
    found = [node for node in nodes_at(tree, stop.at, cst.Attribute) if node.attr.value in str(stop.error)]
    for node in found:
        receiver = _receiver(stop, tree, node, alone=len(found) == 1)
        if receiver is live.MISSING or member(receiver, node.attr.value) is not live.MISSING:
            continue
        chains = [(node, node.attr.value)]
        for above in tree.ancestors(node):
            if not isinstance(above, cst.Attribute):
                break
            chains.append((above, f"{chains[-1][1]}.{above.attr.value}"))
        yield from (Missing(stop, tree, end, chain, receiver) for end, chain in reversed(chains))
        return


def called(stop: Stop) -> Iterator[Called]:
    """The calls that were running, innermost first."""
    tree = edit.parse(stop.sources[stop.at.block])
    for node in reversed(edit.calls_at(tree, stop.at)) if tree else ():
        assert tree
        receiver: Any = live.MISSING
        if isinstance(node.func, cst.Attribute):
            receiver = live.value_of(stop, tree.text(node.func.value))
            function = live.MISSING if receiver is live.MISSING else member(receiver, node.func.attr.value)
        else:
            function = live.value_of(stop, tree.text(node.func))
        yield Called(stop, tree, node, function, receiver)


def nodes_at(tree: Tree, place: Place, kind: type[cst.CSTNode]) -> list[Any]:
    """The nodes of a class that reach into the place, outermost first."""

    def reaches(node: cst.CSTNode) -> bool:
        span = tree.positions[node]
        first, last = (span.start.line, span.start.column), (span.end.line, span.end.column)
        return first < (place.end_line, place.end_column) and (place.line, place.column) < last

    found = [node for node in tree.positions if isinstance(node, kind) and reaches(node)]
    return sorted(found, key=lambda node: (tree.start(node), -tree.end(node)))


def says(error: BaseException, word: str) -> bool:
    """Whether the message has the word; matplotlib puts `grid_` before some."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?!\w)", str(error)) is not None


def _receiver(stop: Stop, tree: Tree, node: cst.Attribute, *, alone: bool) -> Any:
    """The exception knows its object when the interpreter raised it; the expression is evaluated otherwise."""
    error = stop.error
    told = getattr(error, "obj", None)
    if alone and told is not None and getattr(error, "name", None) == node.attr.value:
        return told
    return live.value_of(stop, tree.text(node.value))
