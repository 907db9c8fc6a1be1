"""Comments on the arguments of a call go to the lines that the arguments became."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.repair.torch_training.call import KerasCall

LINES = {
    "loss": r"\S*criterion = .*[^{(]$",
    "optimizer": r"\S*optimizer = .*[^{(]$",
    "learning_rate": r"\S*optimizer = .*[^{(]$",
    "epochs": r"for \w+ in range\(",
    "batch_size": r".*\bbatch_size=",
    "shuffle": r".*\bshuffle=",
}
"""What the line of a parameter looks like."""


def commented(call: KerasCall, lines: Sequence[str]) -> tuple[list[str], list[cst.Comment]]:
    """The lines with the comments that have one to go to, and those comments."""
    written, placed = list(lines), []
    for code, comment in _comments(call):
        parameter = next((name for name, given in call.arguments.items() if given == code), "")
        fits = (i for i, line in enumerate(written) if parameter in LINES and re.match(LINES[parameter], line))
        if (index := next(fits, None)) is not None and "  #" not in written[index]:
            written[index] += f"  {comment.value}"
            placed.append(comment)
    return written, placed


def _comments(call: KerasCall) -> Iterator[tuple[str, cst.Comment]]:
    """The code of each argument that a comment follows on its line."""
    for argument in call.node.args:
        after = (argument.comma, argument.whitespace_after_arg)
        found = [node for part in after for node in edit.within(part, cst.TrailingWhitespace)]
        comments = [node.comment for node in found if node.comment]
        if comments:
            yield call.tree.module.code_for_node(argument.value), comments[0]
