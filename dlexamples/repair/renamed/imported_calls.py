"""An imported function whose calls have another form now: the import and every call of the session in one edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit
from dlexamples.repair.renamed import template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dlexamples.model import Stop
    from dlexamples.repair.edit import Tree
    from dlexamples.repair.renamed.imports import Imported
    from dlexamples.repair.tables import Call

Span = tuple[int, int]


def with_calls(
    stop: Stop, imported: Imported, forms: Sequence[Call], quoted: Callable[[str, str], str]
) -> tuple[tuple[str, ...], Call] | None:
    """The session's blocks, and the row that was used; None when the name is used in another way than in calls whose
    new form is certain before they are run."""
    statement, tree = imported.statement, imported.tree
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return None
    if statement.module is None or edit.top_statement(tree, statement) is not tree.parents[statement]:
        return None
    home = tree.text(statement.module)
    alias = next(alias for alias in statement.names if f"{home}.{tree.text(alias.name)}" == imported.full)
    bound = tree.text(alias.asname.name) if alias.asname else tree.text(alias.name)
    kept = [tree.text(other).rstrip(", ") for other in statement.names if other is not alias]
    lines = [f"from {home} import {', '.join(kept)}"] if kept else []
    sources, used = list(stop.sources), None
    changes: dict[int, list[tuple[Span, str]]] = {}
    for index, source in enumerate(stop.sources):
        other = tree if index == stop.at.block else edit.parse(source)
        for name in uses(other, bound) if other else ():
            assert other
            made = _made(stop, other, name, forms)
            if made is None:
                return None
            used, call, code, imports = made
            changes.setdefault(index, []).append(((other.start(call), other.end(call)), quoted(source, code)))
            lines += [line for line in imports if line not in lines]
    if used is None:
        return None
    here = (tree.start(statement), tree.end(statement))
    changes.setdefault(stop.at.block, []).append((here, "\n".join(lines)))
    for index, found in changes.items():
        sources[index] = _applied(stop.sources[index], found)
    return tuple(sources), used


def _made(
    stop: Stop, tree: Tree, name: cst.Name, forms: Sequence[Call]
) -> tuple[Call, cst.Call, str, list[str]] | None:
    call = tree.parents[name]
    if not isinstance(call, cst.Call) or call.func is not name:
        return None
    for row in forms:
        bound = template.bind(tree, call, row)
        if bound and isinstance(row.new, str) and template.fits(stop, row, bound):
            rendered = template.render(stop, row.new, bound, "")
            return (row, call, *rendered) if rendered else None
    return None


def uses(tree: Tree, bound: str) -> list[cst.Name]:
    """Every use of the name: neither an import, nor an attribute or a keyword of that name."""
    inside = (cst.Import, cst.ImportFrom)
    return [
        node
        for node in tree.positions
        if isinstance(node, cst.Name)
        and node.value == bound
        and not any(isinstance(above, inside) for above in tree.ancestors(node))
        and not (isinstance(above := tree.parents[node], cst.Attribute) and above.attr is node)
        and not (isinstance(above, cst.Arg) and above.keyword is node)
    ]


def _applied(source: str, changes: Sequence[tuple[Span, str]]) -> str:
    for (start, end), text in sorted(changes, reverse=True):
        source = source[:start] + text + source[end:]
    return source
