"""One argument of a call under another name, with another value, or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from dlexamples.repair.edit import Tree


def keyword_argument(call: cst.Call, name: str) -> cst.Arg | None:
    return next((arg for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)


def renamed(tree: Tree, argument: cst.Arg, name: str, value: str) -> tuple[int, int, str]:
    """The argument's place and its text with another name and value; spaces round the `=` stay."""
    assert argument.keyword is not None
    start, middle = tree.start(argument.keyword), tree.start(argument.value)
    between = tree.source[tree.end(argument.keyword) : middle]
    return start, tree.end(argument.value), name + between + value


def span_of(tree: Tree, call: cst.Call, argument: cst.Arg) -> tuple[int, int]:
    """The argument's place with the comma that parts it from the others; its line where it is alone on it."""
    start, end = tree.start(argument), tree.end(argument)
    line_start, line_end = tree.source.rfind("\n", 0, start) + 1, tree.source.find("\n", end)
    if not tree.source[line_start:start].strip() and tree.source[end:line_end].strip() in ("", ","):
        return line_start, line_end + 1
    place = next(index for index, other in enumerate(call.args) if other is argument)
    if place + 1 < len(call.args):
        return tree.start(argument), tree.start(call.args[place + 1])
    return (tree.end(call.args[place - 1]) if place else tree.start(argument)), tree.end(argument)


def replaced(source: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """The source with another text in each place; of two that overlap the former gives way."""
    limit = len(source)
    for start, end, text in sorted(spans, reverse=True):
        source = source[:start] + text + source[min(end, limit) :]
        limit = start
    return source
