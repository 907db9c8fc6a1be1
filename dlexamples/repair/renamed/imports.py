"""An import statement that names what was moved or renamed: the statement as it has to be now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.renamed.failing import nodes_at
from dlexamples.repair.renamed.resolve import importable
from dlexamples.repair.renamed.spelling import import_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop
    from dlexamples.repair.edit import Tree


@dataclass(frozen=True, slots=True)
class Imported:
    """One name that an import statement asks for and that is not there."""

    tree: Tree
    statement: cst.Import | cst.ImportFrom
    full: str
    """What it asks for: `scipy.misc.imread`; of `import a.b` the module."""


def failing_imports(stop: Stop) -> list[Imported]:
    """What the failing import statement asks for in vain, in the order in which it is written."""
    tree = edit.parse(stop.sources[stop.at.block])
    if tree is None or not isinstance(stop.error, ImportError):
        return []
    found: list[Imported] = []
    for statement in nodes_at(tree, stop.at, cst.ImportFrom):
        if statement.relative or isinstance(statement.names, cst.ImportStar) or statement.module is None:
            continue
        module = tree.text(statement.module)
        asked = [Imported(tree, statement, f"{module}.{tree.text(alias.name)}") for alias in statement.names]
        found += [item for item in asked if importable(item.full) is live.MISSING]
    for statement in nodes_at(tree, stop.at, cst.Import):
        asked = [Imported(tree, statement, tree.text(alias.name)) for alias in statement.names]
        found += [item for item in asked if importable(item.full) is live.MISSING]
    return found


def edited(stop: Stop, imported: list[Imported], targets: dict[str, str]) -> tuple[str, ...] | None:
    """The session's blocks with the statement that asks for the targets, by what it asked for; what it asks for with
    success stays. None when that cannot be written."""
    first = imported[0]
    tree, statement, block = first.tree, first.statement, stop.at.block
    sources = list(stop.sources)
    if isinstance(statement, cst.Import):
        return _plain(stop, tree, statement, targets)
    assert statement.module is not None
    assert not isinstance(statement.names, cst.ImportStar)
    home = tree.text(statement.module)
    moved = {f"{home}.{tree.text(alias.name)}": alias for alias in statement.names}
    homes = {target.rpartition(".")[0] for target in targets.values()}
    whole = len(targets) == len(moved) and len(homes) == 1 and "" not in homes
    if whole and all(targets[full].rpartition(".")[2] == tree.text(alias.name) for full, alias in moved.items()):
        sources[block] = edit.replace_node(tree, statement.module, homes.pop())
    elif homes == {home}:
        sources[block] = _renamed(tree, moved, targets)
    else:
        kept = [tree.text(alias) for full, alias in moved.items() if full not in targets]
        lines = [f"from {home} import {', '.join(text.rstrip(', ') for text in kept)}"] if kept else []
        lines += _grouped((targets[full], _bound(tree, alias)) for full, alias in moved.items() if full in targets)
        sources[block] = edit.replace_statement(tree, statement, lines)
    return tuple(sources)


def _renamed(tree: Tree, moved: dict[str, cst.ImportAlias], targets: dict[str, str]) -> str:
    """The names changed where they stand; what the post calls them stays."""
    source = tree.source
    asked = [(full, alias) for full, alias in moved.items() if full in targets]
    for full, alias in sorted(asked, key=lambda item: -tree.start(item[1])):
        new, name = targets[full].rpartition(".")[2], tree.text(alias.name)
        text = new if alias.asname or new == name else f"{new} as {name}"
        source = source[: tree.start(alias.name)] + text + source[tree.end(alias.name) :]
    return source


def _grouped(pairs: Iterator[tuple[str, str]]) -> list[str]:
    """A line for each module, in the order in which they first come."""
    lines: dict[str, str] = {}
    for target, name in pairs:
        home, _, last = target.rpartition(".")
        line = import_line(target, name)
        if home in lines and home:
            lines[home] += f", {last}" + (f" as {name}" if name != last else "")
        else:
            lines[home or target] = line
    return list(lines.values())


def _plain(stop: Stop, tree: Tree, statement: cst.Import, targets: dict[str, str]) -> tuple[str, ...] | None:
    """`import a.b`: without a name of its own, every `a.b` of the session is another text now."""
    if len(statement.names) != 1:
        return None
    alias = statement.names[0]
    old = tree.text(alias.name)
    sources = list(stop.sources)
    bare = alias.asname is None and "." in old
    if bare:
        sources = [_with_uses(source, old, targets[old]) for source in sources]
    tree = edit.parse(sources[stop.at.block]) or tree
    for node in nodes_at(tree, stop.at, cst.ImportAlias):
        text = targets[old] if alias.asname or bare or targets[old] == old else f"{targets[old]} as {old}"
        own = alias.asname is not None and tree.text(node.asname.name) == targets[old]
        sources[stop.at.block] = edit.replace_node(tree, node if own else node.name, text)
        break
    return tuple(sources)


def _with_uses(source: str, old: str, new: str) -> str:
    tree = edit.parse(source)
    if tree is None:
        return source
    inside = (cst.Import, cst.ImportFrom)
    nodes = [node for node in tree.positions if isinstance(node, cst.Attribute) and tree.text(node) == old]
    nodes = [node for node in nodes if not any(isinstance(above, inside) for above in tree.ancestors(node))]
    for node in sorted(nodes, key=tree.start, reverse=True):
        source = source[: tree.start(node)] + new + source[tree.end(node) :]
    return source


def _bound(tree: Tree, alias: cst.ImportAlias) -> str:
    return tree.text(alias.asname.name) if alias.asname else tree.text(alias.name)
