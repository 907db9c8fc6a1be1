"""A name that the post imports or defines, but not before it is used, or in a block that Python cannot read: it is
taken from there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.data.insert import inserted
from dlexamples.data.missing_import import Import, imported, supplied
from dlexamples.elsewhere import import_lines
from dlexamples.model import POST, Applicability, Claim, Fill, Proposal
from dlexamples.names import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene


def imported_elsewhere(name: str, scene: Scene) -> Iterator[Proposal]:
    """The import that another block of the post has for `name`."""
    found = scene.stop.post.imports.get(name)
    below = _imported_below(name, scene)
    line = found.source if found else below or _imported_where_unread(name, scene)
    if not line or imported(name, Import(line)) is None:
        return
    where, missing = "in a block that is not valid Python", "is imported only in a block that is not valid Python"
    if found or below:
        where = f"as block {found.block} does" if found else "as it does further down"
        missing = "is used before the post imports it"
    yield supplied(name, Import(line), f"the post imports it so itself, {where}", scene, missing=missing)


def defined_elsewhere(name: str, scene: Scene) -> Iterator[Proposal]:
    """The definition that another block of the post has for `name`, or this session further down."""
    found = scene.stop.post.definitions.get(name)
    source = found.source if found else _defined_below(name, scene)
    if not source or _is_otherwise_used(name, source, scene):
        return
    where = f"in block {found.block}" if found else "further down"
    yield Proposal(
        rule="further_down",
        code="DL106",
        message=f"`{name}` is used before the post defines it, {where}",
        applicability=Applicability.UNSAFE,
        description=f"define `{name}` here as the post does {where}",
        sources=inserted(scene, source.split("\n"), []),
        fills=(Fill(name, POST, Claim.REAL, None, "", f"the post's own, {where}", source + "\n"),),
        label="not defined yet",
    )


def _imported_below(name: str, scene: Scene) -> str:
    for node in _below(scene):
        match node:
            case ast.Import(names=aliases):
                prefix = "import"
            case ast.ImportFrom(module=str() as module, names=aliases, level=0):
                prefix = f"from {module} import"
            case _:
                continue
        for alias in aliases:
            if (alias.asname or alias.name) == name:
                return f"{prefix} {alias.name} as {name}" if alias.asname else f"{prefix} {name}"
    return ""


def _imported_where_unread(name: str, scene: Scene) -> str:
    """Blocks that do not parse have no tree; a line of theirs that imports is an import all the same."""
    sources = (source for source, tree in zip(scene.stop.sources, scene.trees, strict=True) if not tree.body)
    return next((line for source in sources for bound, line in import_lines(source) if bound == name), "")


def _defined_below(name: str, scene: Scene) -> str:
    """The first statement below the stop that binds `name` alone, without reading it."""
    place = scene.stop.statement
    for index, source in enumerate(scene.stop.sources):
        for statement in names(source).statements:
            is_below = (index, statement.line) > (place.block, place.line)
            if is_below and statement.binds == {name} and name not in statement.needs:
                return "\n".join(source.split("\n")[statement.line - 1 : statement.end_line])
    return ""


def _is_otherwise_used(name: str, source: str, scene: Scene) -> bool:
    """Whether it is a plain value, and the code reads an attribute that such a value does not have."""
    match ast.parse(source).body:
        case [ast.Assign(value=ast.Constant(value=value))]:
            around = (scene.parents[node] for node in scene.reads(name))
            return any(isinstance(up, ast.Attribute) and not hasattr(value, up.attr) for up in around)
    return False


def _below(scene: Scene) -> Iterator[ast.stmt]:
    place = scene.stop.statement
    for index, tree in enumerate(scene.trees):
        yield from (node for node in tree.body if (index, node.lineno) > (place.block, place.line))
