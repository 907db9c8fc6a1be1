"""An import that names what is gone, and that nothing uses: the statement without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit
from dlexamples.repair.renamed.imported_calls import uses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.model import Stop
    from dlexamples.repair.renamed.imports import Imported


def without_unused(stop: Stop, gone: Sequence[Imported]) -> tuple[list[str], tuple[str, ...]] | None:
    """The full names that are left out, and the session's blocks; None where each is used, or nothing would be left."""
    unused = [imported for imported in gone if not _is_used(stop, imported)]
    if not unused:
        return None
    statement, tree = unused[0].statement, unused[0].tree
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return None
    assert statement.module is not None
    home = tree.text(statement.module)
    left_out = [imported.full for imported in unused if imported.statement is statement]
    kept = [alias for alias in statement.names if f"{home}.{tree.text(alias.name)}" not in left_out]
    if not kept and edit.top_statement(tree, statement) is tree.module.body[-1]:
        return None
    names = ", ".join(tree.text(alias).rstrip(", ") for alias in kept)
    sources = list(stop.sources)
    lines = [f"from {home} import {names}"] if kept else []
    sources[stop.at.block] = edit.replace_statement(tree, statement, lines)
    return left_out, tuple(sources)


def _is_used(stop: Stop, imported: Imported) -> bool:
    statement = imported.statement
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return True
    last = imported.full.rpartition(".")[2]
    alias = next(alias for alias in statement.names if imported.tree.text(alias.name) == last)
    bound = imported.tree.text(alias.asname.name) if alias.asname else last
    trees = [edit.parse(source) for source in stop.sources]
    return any(tree is None or uses(tree, bound) for tree in trees)
