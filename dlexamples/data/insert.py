"""Where supplied lines go in a block, and how they are set apart. Every other byte stays as it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.data.import_group import grouped, is_simple
from dlexamples.directives import below_directives

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene


def inserted(scene: Scene, lines: list[str], imports: list[str]) -> tuple[str, ...]:
    """The session with `lines` above the failing statement and `imports` among its block's own."""
    index = scene.stop.statement.block
    source = above(scene.stop.sources[index], _first_line(scene), lines) if lines else scene.stop.sources[index]
    source = among_imports(source, imports, scene.block, scene.stop.published[index]) if imports else source
    return (*scene.stop.sources[:index], source, *scene.stop.sources[index + 1 :])


def above(source: str, line: int, lines: list[str]) -> str:
    """`lines` above the statement that starts in `line`, and above the comment that introduces it.

    Directives at the block's top stay there.
    """
    text = source.split("\n")
    top = below_directives(text)
    at = max(_above_comment(text, line - 1), top)
    starts_paragraph = at == top or not text[at - 1].strip()
    return "\n".join([*text[:at], *lines, *([""] if starts_paragraph else []), *text[at:]])


def among_imports(source: str, lines: list[str], tree: ast.Module, published: str) -> str:
    """`lines` after the imports that lead the block; with a blank line at its top, below directives, where none does.

    Those that were supplied before are ordered anew with them; lines of the `published` block stay as they are.
    `tree` is the block's before anything was added below its leading imports.
    """
    text = source.split("\n")
    at = 0
    imported = False
    for node in tree.body:
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        if not is_import and not (at == 0 and _is_docstring(node)):
            break
        at, imported = node.end_lineno or node.lineno, imported or is_import
    if not imported and at:
        return "\n".join([*text[:at], "", *grouped(lines), *text[at:]])
    if not imported:
        top = below_directives(text)
        return "\n".join([*text[:top], *grouped(lines), "", *text[top:]])
    start, authors = at, set(published.split("\n"))
    while start > 0 and is_simple(text[start - 1]) and text[start - 1] not in authors:
        start -= 1
    return "\n".join([*text[:start], *grouped([*text[start:at], *lines]), *text[at:]])


def _first_line(scene: Scene) -> int:
    """Of the failing statement: its first decorator's, or that of the first statement on the same line."""
    statement = scene.statement
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    line = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    beside = [node.lineno for node in scene.block.body if node.lineno < line <= (node.end_lineno or node.lineno)]
    return min([line, *beside])


def _above_comment(text: list[str], at: int) -> int:
    """The first line of the comment above line `at`, from 0: directly above, or a paragraph of its own."""
    start = _comment_start(text, at)
    if start < at:
        return start
    gap = at
    while gap > 0 and not text[gap - 1].strip():
        gap -= 1
    start = _comment_start(text, gap)
    alone = start < gap and start > 0 and not text[start - 1].strip()
    return start if alone else at


def _comment_start(text: list[str], at: int) -> int:
    while at > 0 and text[at - 1].startswith("#"):
        at -= 1
    return at


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
