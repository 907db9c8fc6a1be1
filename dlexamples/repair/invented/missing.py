"""The name that a library lacks, where it is written and how it is used there."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.invented import library
from dlexamples.repair.signatures import accepts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dlexamples.model import Stop


@dataclass(frozen=True, slots=True)
class Missing:
    """An attribute in the text that the live object to its left does not have."""

    stop: Stop
    tree: edit.Tree
    node: cst.Attribute
    owner: Any
    name: str

    @property
    def owner_code(self) -> str:
        return self.tree.module.code_for_node(self.node.value)

    @property
    def call(self) -> cst.Call | None:
        """The call of the missing thing."""
        above = self.tree.parents[self.node]
        return above if isinstance(above, cst.Call) and above.func is self.node else None

    @property
    def is_base(self) -> bool:
        """Whether a class is derived from it."""
        above = self.tree.parents[self.node]
        return isinstance(above, cst.Arg) and isinstance(self.tree.parents[above], cst.ClassDef)

    @property
    def is_posts(self) -> bool:
        """Whether the post defines what lacks the name."""
        kind = self.owner if isinstance(self.owner, type) else type(self.owner)
        return kind.__module__ == "__main__"

    @property
    def has_attribute(self) -> bool:
        """Whether something is looked up in it."""
        above = self.tree.parents[self.node]
        return isinstance(above, cst.Attribute) and above.value is self.node


def missing_attribute(stop: Stop) -> Missing | None:
    """What an AttributeError is about, if the post's own text asks for it."""
    error = stop.error
    if not isinstance(error, AttributeError) or not error.name or error.obj is None:
        return None
    tree = edit.parse(stop.sources[stop.at.block])
    for node in _attributes_at(stop, tree, error.name) if tree else ():
        if tree and _is_value(live.value_of(stop, tree.module.code_for_node(node.value)), error.obj):
            return Missing(stop, tree, node, error.obj, error.name)
    return None


def _attributes_at(stop: Stop, tree: edit.Tree, name: str) -> list[cst.Attribute]:
    found = []
    for node in tree.positions:
        if not isinstance(node, cst.Attribute) or node.attr.value != name:
            continue
        span = tree.positions[node]
        first, last = (span.start.line, span.start.column), (span.end.line, span.end.column)
        if first < (stop.at.end_line, stop.at.end_column) and (stop.at.line, stop.at.column) < last:
            found.append(node)
    return sorted(found, key=tree.end)


def _is_value(value: Any, owner: Any) -> bool:
    """Whether what the text gives is what lacks the name; what has to be computed again is another object."""
    if value is owner or value is live.MISSING:
        return True
    return not isinstance(owner, (ModuleType, type)) and type(value) is type(owner)


def fits(missing: Missing, value: Any) -> bool:
    """Whether a thing can stand where the missing one does: what is called takes these arguments, what a class is
    derived from is a class."""
    if missing.has_attribute and isinstance(value, (ModuleType, type)):
        following = missing.tree.parents[missing.node]
        assert isinstance(following, cst.Attribute)
        return library.attribute(value, following.attr.value) is not live.MISSING
    if isinstance(value, ModuleType):
        return False
    if missing.is_base:
        return isinstance(value, type)
    if missing.call is not None:
        return can_be_called(missing.stop, missing.tree, missing.call, value)
    return missing.has_attribute or isinstance(missing.owner, ModuleType) or not callable(value)


def can_be_called(
    stop: Stop, tree: edit.Tree, call: cst.Call, value: Any, renamed: Mapping[str, str] | None = None
) -> bool:
    """Whether the call's arguments suit the thing, with keywords `renamed`. A layer is made of settings and never of
    data: `nn.ReLU(x)` would run and compute nothing."""
    if isinstance(value, property) or not callable(value):
        return False
    if is_layer(value) and any(_is_data(live.value_of(stop, tree.text(argument.value))) for argument in call.args):
        return False
    if any(argument.star for argument in call.args):
        return True
    names = renamed or {}
    keywords = [argument.keyword.value for argument in call.args if argument.keyword]
    return accepts(value, len(call.args) - len(keywords), [names.get(name, name) for name in keywords])


def is_layer(value: Any) -> bool:
    """A class of layers or losses, torch's or Keras's."""
    if not isinstance(value, type):
        return False
    return any(base.__name__ in ("Module", "Layer", "Loss") and library.root(base.__module__) in ("torch", "tensorflow")
               for base in inspect.getmro(value))  # fmt: skip


def _is_data(value: Any) -> bool:
    if value is live.MISSING or isinstance(value, type):
        return False
    return hasattr(value, "shape") and hasattr(value, "dtype")
