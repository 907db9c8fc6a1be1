"""An import that fails: what it asks for, where its names are used, and the text with another one in its place."""

from __future__ import annotations

import pkgutil
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit
from dlexamples.repair.invented.keywords import Change, changed
from dlexamples.repair.invented.spelling import Likeness, likeness
from dlexamples.repair.names import is_bound_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Stop

LACKED = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")


@dataclass(frozen=True, slots=True)
class Import:
    """The part of an import statement that fails."""

    tree: edit.Tree
    node: cst.Import | cst.ImportFrom
    alias: cst.ImportAlias | None
    """The name that its module lacks, or the import of a module; None for all names of a module that is not there."""
    module: str
    """As written, as far as it is the module that lacks the name, or is not there."""
    name: str
    """What is lacking in the module; '' where the module is."""
    names: list[str]
    """All that is imported from the module."""

    @property
    def lacks_module(self) -> bool:
        return not self.name

    @property
    def local(self) -> str:
        """The name that the import binds."""
        if self.alias is None:
            return ""
        return _bound(self.alias)


def import_at(stop: Stop) -> Import | None:
    """None where the post's text does not ask for it, or what is missing is a whole package."""
    tree = edit.parse(stop.sources[stop.at.block])
    if tree is None:
        return None
    lacked = LACKED.search(str(stop.error))
    missing = str(getattr(stop.error, "name", "") or "")
    for node in tree.positions:
        if not isinstance(node, (cst.Import, cst.ImportFrom)):
            continue
        span = tree.positions[node]
        if not span.start.line <= stop.at.line <= span.end.line:
            continue
        if found := _part(tree, node, lacked, missing):
            return found
    return None


def _part(
    tree: edit.Tree, node: cst.Import | cst.ImportFrom, lacked: re.Match[str] | None, missing: str
) -> Import | None:
    if isinstance(node, cst.ImportFrom):
        return _from(tree, node, lacked, missing)
    return _whole(tree, node, missing)


def _from(tree: edit.Tree, node: cst.ImportFrom, lacked: re.Match[str] | None, missing: str) -> Import | None:
    if node.module is None or node.relative or isinstance(node.names, cst.ImportStar):
        return None
    module, names = tree.text(node.module), [tree.text(alias.name) for alias in node.names]
    if lacked:
        alias = next((alias for alias in node.names if tree.text(alias.name) == lacked[1]), None)
        return Import(tree, node, alias, module, lacked[1], names) if alias and module == lacked[2] else None
    is_part = missing.rpartition(".")[0] in sys.modules and f"{module}.".startswith(f"{missing}.")
    return Import(tree, node, None, missing, "", names if module == missing else []) if is_part else None


def _whole(tree: edit.Tree, node: cst.Import, missing: str) -> Import | None:
    for alias in node.names:
        if f"{tree.text(alias.name)}.".startswith(f"{missing}.") and missing.rpartition(".")[0] in sys.modules:
            return Import(tree, node, alias, missing, "", [])
    return None


def modules_like(module: str) -> list[tuple[str, Likeness]]:
    """The modules beside the one that is missing that are spelled alike."""
    parent, _, name = module.rpartition(".")
    package = sys.modules.get(parent)
    found = {entry.name for entry in pkgutil.iter_modules(getattr(package, "__path__", ()))}
    alike = [(f"{parent}.{other}", likeness(name, other)) for other in sorted(found) if not other.startswith("_")]
    return [(other, like) for other, like in alike if like is not None]


def uses_of(stop: Stop, name: str) -> Iterator[tuple[edit.Tree, cst.Name]]:
    """Where the session reads the name, from the import on."""
    for block in range(stop.at.block, len(stop.sources)):
        tree = edit.parse(stop.sources[block])
        for node in list(tree.positions) if tree else ():
            if tree and isinstance(node, cst.Name) and node.value == name and _is_read(tree, node):
                yield tree, node


def _is_read(tree: edit.Tree, node: cst.Name) -> bool:
    above = tree.parents[node]
    if isinstance(above, cst.Attribute):
        return above.value is node
    if isinstance(above, (cst.Arg, cst.Param)):
        return above.keyword is not node if isinstance(above, cst.Arg) else False
    return not isinstance(above, (cst.ImportAlias, cst.AsName, cst.FunctionDef, cst.ClassDef, cst.NameItem))


def changed_import(stop: Stop, found: Import, module: str, name: str) -> tuple[str, ...]:
    """The session's blocks with `name` of `module` in the import, and where it is used."""
    blocks = list(stop.sources)
    changes: dict[int, list[Change]] = {stop.at.block: [*_in_statement(stop, found, module, name)]}
    new = name or module
    old = found.name or found.module
    if found.alias is not None and found.alias.asname is None and new != old and not _keeps_name(stop, found):
        for block in range(stop.at.block, len(stop.sources)):
            tree = found.tree if block == stop.at.block else edit.parse(stop.sources[block])
            changes.setdefault(block, []).extend(_uses(tree, old, new) if tree else ())
    for block, made in changes.items():
        blocks[block] = changed(stop.sources[block], made)
    return tuple(blocks)


def _in_statement(stop: Stop, found: Import, module: str, name: str) -> Iterator[Change]:
    tree, node = found.tree, found.node
    if not name:
        place = node.module if isinstance(node, cst.ImportFrom) else found.alias.name if found.alias else None
        assert place is not None
        text = tree.text(place)
        yield tree.start(place), tree.end(place), module + text.removeprefix(found.module)
        return
    assert isinstance(node, cst.ImportFrom)
    assert node.module is not None
    assert found.alias is not None
    bound = f" as {found.local}" if found.alias.asname or (name != found.name and _keeps_name(stop, found)) else ""
    if module == found.module:
        yield tree.start(found.alias), tree.end(found.alias), name + bound
        return
    if len(found.names) == 1:
        yield tree.start(node.module), tree.end(node.module), module
        yield tree.start(found.alias), tree.end(found.alias), name + bound
        return
    assert not isinstance(node.names, cst.ImportStar)
    yield _left_out(tree, node.names, found.alias)
    line = tree.source.rfind("\n", 0, tree.start(node)) + 1
    indent = tree.source[line : tree.start(node)]
    yield (
        tree.start(node),
        tree.start(node),
        f"from {module} import {name}{bound}\n{indent if not indent.strip() else ''}",
    )


def _left_out(tree: edit.Tree, aliases: Sequence[cst.ImportAlias], alias: cst.ImportAlias) -> Change:
    """The alias and one comma; its line, where it has one to itself."""
    start, end = tree.start(alias), tree.end(alias)
    first = tree.source.rfind("\n", 0, start) + 1
    last = tree.source.find("\n", end)
    if not tree.source[first:start].strip() and tree.source[end:last].partition("#")[0].strip() == ",":
        return first, last + 1, ""
    index = [one is alias for one in aliases].index(True)
    return (tree.end(aliases[index - 1]), end, "") if index else (start, tree.start(aliases[1]), "")


def _keeps_name(stop: Stop, found: Import) -> bool:
    """Whether the session binds the name elsewhere, too, so that its uses cannot be told apart."""
    return found.lacks_module is False and is_bound_by(stop.sources, found.local)


def _uses(tree: edit.Tree, old: str, new: str) -> Iterator[Change]:
    if "." in old:
        for node in list(tree.positions):
            if isinstance(node, cst.Attribute) and tree.text(node) == old and not _is_imported(tree, node):
                yield tree.start(node), tree.end(node), new
        return
    for node in list(tree.positions):
        if isinstance(node, cst.Name) and node.value == old and _is_read(tree, node) and not _is_imported(tree, node):
            yield tree.start(node), tree.end(node), new


def _is_imported(tree: edit.Tree, node: cst.CSTNode) -> bool:
    return any(isinstance(above, (cst.Import, cst.ImportFrom)) for above in tree.ancestors(node))


def _bound(alias: cst.ImportAlias) -> str:
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return str(alias.evaluated_name)
