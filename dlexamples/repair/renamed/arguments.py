"""One argument of a call under another name, with another value, or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair import edit

if TYPE_CHECKING:
    import libcst as cst

    from dlexamples.repair.edit import Tree


def keyword_argument(call: cst.Call, name: str) -> cst.Arg | None:
    return next((arg for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)


def renamed(tree: Tree, argument: cst.Arg, name: str, value: str) -> str:
    """The source with the argument's name and value replaced; spaces round the `=` stay."""
    assert argument.keyword is not None
    start, middle = tree.start(argument.keyword), tree.start(argument.value)
    between = tree.source[tree.end(argument.keyword) : middle]
    return tree.source[:start] + name + between + value + tree.source[tree.end(argument.value) :]


def without(tree: Tree, call: cst.Call, argument: cst.Arg) -> str:
    """The source without the argument."""
    start, end = tree.start(argument), tree.end(argument)
    line_start, line_end = tree.source.rfind("\n", 0, start) + 1, tree.source.find("\n", end)
    if not tree.source[line_start:start].strip() and tree.source[end:line_end].strip() in ("", ","):
        return tree.source[:line_start] + tree.source[line_end + 1 :]
    place = next(index for index, other in enumerate(call.args) if other is argument)
    if place + 1 < len(call.args):
        start, end = tree.start(argument), tree.start(call.args[place + 1])
    elif place:
        start, end = tree.end(call.args[place - 1]), tree.end(argument)
    else:
        return edit.replace_node(tree, argument, "")
    return tree.source[:start] + tree.source[end:]
