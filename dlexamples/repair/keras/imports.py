"""Import statements that take names out of `keras` or `tensorflow.keras`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.renamed.failing import nodes_at
from dlexamples.repair.renamed.resolve import importable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop
    from dlexamples.repair.edit import Tree

LEGACY = "tensorflow."
"""Before `keras.…`: Keras 3 keeps names of Keras 2 for code that says `tensorflow.keras`, in `keras._tf_keras`."""


@dataclass(frozen=True, slots=True)
class KerasImport:
    """`from keras.preprocessing.text import Tokenizer`, in the text as it is now."""

    block: int
    tree: Tree
    module: cst.Attribute | cst.Name
    """Where it takes from: what an edit replaces."""
    names: tuple[str, ...]
    """Full names of what it binds."""
    bound: tuple[str, ...]
    """Under which names."""

    @property
    def can_move(self) -> bool:
        """Whether `tensorflow.keras`, from which it does not take yet, has all of it."""
        has_all = all(kept_for_tensorflow(name) is not live.MISSING for name in self.names)
        return has_all and not self.tree.text(self.module).startswith(LEGACY)

    @property
    def from_tensorflow(self) -> str:
        """The block that takes the same from `tensorflow.keras`."""
        return edit.replace_node(self.tree, self.module, LEGACY + self.tree.text(self.module))


def kept_for_tensorflow(name: str) -> object:
    """What `tensorflow.keras` has under this name of `keras`, or MISSING. It works on TensorFlow alone."""
    keras = sys.modules.get("keras")
    if keras is None or keras.backend.backend() != "tensorflow":
        return live.MISSING
    return importable(LEGACY + name)


def failing_import(stop: Stop) -> KerasImport | None:
    """The import of `keras` that the session stopped in."""
    tree = edit.parse(stop.sources[stop.at.block])
    if tree is None:
        return None
    found = [*nodes_at(tree, stop.at, cst.ImportFrom), *nodes_at(tree, stop.at, cst.Import)]
    return next((read for node in found if (read := _read(tree, stop.at.block, node))), None)


def binding(stop: Stop, name: str) -> KerasImport | None:
    """The last import of `keras` up to the stop that gives `name` its value."""
    found = None
    for block in range(stop.at.block + 1):
        tree = edit.parse(stop.sources[block])
        for node in _imports(tree) if tree else ():
            assert tree
            read = _read(tree, block, node)
            if read and name in read.bound and (block < stop.at.block or tree.line(node) <= stop.at.line):
                found = read
    return found


def _imports(tree: Tree) -> Iterator[cst.Import | cst.ImportFrom]:
    found = [node for node in tree.positions if isinstance(node, (cst.Import, cst.ImportFrom))]
    return iter(sorted(found, key=tree.start))


def _read(tree: Tree, block: int, node: cst.Import | cst.ImportFrom) -> KerasImport | None:
    if isinstance(node.names, cst.ImportStar):
        return None
    if isinstance(node, cst.Import):
        if len(node.names) != 1 or node.names[0].asname is None:
            return None
        module, prefix = node.names[0].name, ""
    else:
        if node.module is None or node.relative:
            return None
        module, prefix = node.module, tree.text(node.module) + "."
    if not f"{tree.text(module)}.".startswith(("keras.", f"{LEGACY}keras.")):
        return None
    names = tuple(prefix + tree.text(alias.name) for alias in node.names)
    bound = tuple(tree.text(alias.asname.name if alias.asname else alias.name) for alias in node.names)
    return KerasImport(block, tree, module, names, bound)
