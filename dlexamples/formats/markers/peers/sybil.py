"""Sybil: `<!-- skip: next -->`, `<!-- invisible-code-block: python … -->`, `<!-- clear-namespace -->`, `% skip: next`.

https://sybil.readthedocs.io/en/latest/markdown.html and …/myst.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem, Reach
from dlexamples.formats.markers.conditions import expression
from dlexamples.formats.markers.hidden_code import fence_of, hidden_rows, rows_of
from dlexamples.formats.markers.peers import hides, in_comment
from dlexamples.formats.markers.skips import skip_if
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.elements import Comment, Fence
    from dlexamples.formats.markers.peers import Note

PEER = "sybil"
SKIP = re.compile(r"""(?:;\s*)?skip:\s*(next|start|end)(?:\s+("[^"]*"|'[^']*'|if\b.*))?""", re.DOTALL)
HIDDEN = re.compile(r"[\s-]*(?:;\s*)?(?:invisible-)?code(?:-block)?:?[ \t]*(?:python|py)3?[ \t]*")
REACH = {"next": Reach.NEXT_CODE, "start": Reach.START, "end": Reach.END}


@in_comment(PEER)
def comment(note: Note) -> Iterator[Ask | Problem]:
    if re.fullmatch(r"(?:;\s*)?clear-namespace:?", note.text):
        yield Ask(note.text, Marks(clears=True), Reach.NEXT_CODE)
        return
    found = SKIP.fullmatch(note.text)
    if not found:
        return
    reach, scope, why = REACH[found[1]], f"{PEER} skip", found[2] or ""
    if found[1] == "end":
        yield Ask(note.text, reach=reach, scope=scope)
    elif why.startswith("if"):
        condition, reason = _condition(why[2:])
        yield from skip_if(note.text, condition, reason or f"{PEER}: {note.text}", reach, scope)
    else:
        yield Ask(note.text, Marks(skip=why.strip("\"'") or f"{PEER}: {note.text}"), reach, scope)


@hides(PEER)
def invisible_code(comment: Comment) -> Iterator[Fence]:
    rows = hidden_rows(comment)
    if rows and HIDDEN.fullmatch(rows_of(comment)[0]):
        yield fence_of(comment, *rows)


def _condition(call: str) -> tuple[str, str]:
    """The condition and the reason of `(sys.version_info < (3, 0), reason="python 3 only")`."""
    import ast

    tree = expression(f"f{call.strip()}")
    if not isinstance(tree, ast.Call) or not tree.args:
        return call, ""
    reasons = [*tree.args[1:], *(keyword.value for keyword in tree.keywords if keyword.arg == "reason")]
    told = [reason.value for reason in reasons if isinstance(reason, ast.Constant) and isinstance(reason.value, str)]
    return ast.unparse(tree.args[0]), told[0] if told else ""
