"""What pytest would say about a failing `assert` of the post."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.repair.live import scope, undisturbed

if TYPE_CHECKING:
    from dlexamples.model import Stop


def explain(stop: Stop) -> str:
    """`assert 0.5 > 0.9` with a line for every value that it was computed from, the author's message first.

    The statement is compiled as pytest compiles it and run once more where it failed. '' when there is no such
    statement, or when it does not fail this time.
    """
    if not isinstance(stop.error, AssertionError):
        return ""
    try:
        statement = _failed_assert(stop)
        return _rerun(stop, statement) if statement else ""
    except Exception:  # an explanation is welcome and never worth an error
        return ""


def _failed_assert(stop: Stop) -> ast.Assert | None:
    """The innermost assert statement around the place."""
    tree = ast.parse(stop.sources[stop.at.block])
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and node.lineno <= stop.at.line <= (node.end_lineno or node.lineno)
    ]
    return around[-1] if around else None


def _rerun(stop: Stop, statement: ast.Assert) -> str:
    from _pytest.assertion.rewrite import rewrite_asserts

    module = ast.Module([statement], [])
    rewrite_asserts(module, stop.sources[stop.at.block].encode())
    code = compile(module, "<assert>", "exec")
    try:
        with undisturbed():
            # Of globals that are functions pytest shows the name, of locals the repr, which holds an address.
            exec(code, scope(stop), {})
    except AssertionError as error:
        return str(error)
    return ""
