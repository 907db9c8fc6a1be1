"""Comments that say that a statement fails: `# raises TypeError`, `# this gives an error`, `# ValueError: …`."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tokenize
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Block

CLASS = r"`?((?:\w+\.)*[A-Z]\w*(?:Error|Exception)|StopIteration)`?"
ALONE = re.compile(rf"(?:[-=]*>\s*)?{CLASS}(?:\s*:.*|[!.]*)")
"""As an interpreter prints it; whatever message stands behind the colon."""
NAMED = re.compile(
    r"(?:[^:|]*\b)?(?:[Rr]aises?|[Tt]hrows?|[Gg]ives?|produces?|causes?|results? in|leads? to|[Ff]ails? with)(?: an?)? "
    rf"{CLASS}.*"
)
UNNAMED = re.compile(
    r"(?:this|it|the next line|that)?\s*(?:will |would |should )?"
    r"(?:(?:raise|throw|give|produce|cause|result in|lead to)s?(?: an?)? (?:error|exception)|fails?|errors?(?: out)?"
    r"|(?:does not|doesn['\u2019]t|won['\u2019]t|will not) (?:work|run|compile))(?:[!.:,;].*)?",
    re.IGNORECASE,
)
CONDITIONAL = re.compile(
    r"\b(if|when|unless|until|otherwise|avoid\w*|fix\w*|prevent\w*|without|instead|no|not|never|may|might|could|can|old\w*"
    r"|before|previous\w*|some|sometimes|catch\w*|handl\w*)\b",
    re.IGNORECASE,
)
"""Words with which a comment says something else than that this line fails, here and now."""
NEGATED = re.compile(r"(does not|doesn['\u2019]t|won['\u2019]t|will not) (work|run|compile)", re.IGNORECASE)
ANY = "*"
SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Import, ast.ImportFrom)
"""Statements of which a comment beside them speaks: what stands in a branch or a function may not run at all."""


def announced(block: Block, source: str) -> dict[int, str]:
    """The statements of a block, as `source`, that fail as their author says, by line: the exception's class, or
    nothing for any. In an interpreter session the output says it."""
    if block.interactive or block.printed:
        return {}
    comments = dict(_comments(source))
    found: dict[int, str] = {}
    for node in _statements(source):
        lines = [node.lineno, node.end_lineno or node.lineno]
        above = node.lineno - 1
        if comments.get(above, ("", False))[1]:
            lines.append(above)
        for line in lines:
            if line in comments and comments[line][0]:
                found[node.lineno] = comments[line][0].removesuffix(ANY)
    return found


def _comments(source: str) -> Iterator[tuple[int, tuple[str, bool]]]:
    """By line: the class that a comment announces, `*` for any, and whether the comment has the line to itself."""
    if "#" not in source:
        return
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT and (name := _says(token.string.lstrip("#").strip())):
                yield token.start[0], (name, not token.line[: token.start[1]].strip())


def _says(comment: str) -> str:
    if alone := ALONE.fullmatch(comment):
        return alone[1]
    if CONDITIONAL.search(NEGATED.sub("fails", comment)):
        return ""
    if named := NAMED.fullmatch(comment):
        return named[1]
    return ANY if UNNAMED.fullmatch(comment) else ""


def _statements(source: str) -> list[ast.stmt]:
    with warnings.catch_warnings(), contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        warnings.simplefilter("ignore")
        return [node for node in ast.parse(source).body if isinstance(node, SIMPLE)]
    return []
