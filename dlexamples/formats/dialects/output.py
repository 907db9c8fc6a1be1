"""What a program printed, in a fence that is labelled Python for the sake of colours."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.formats.dialects.foreign import is_printed_array
from dlexamples.formats.substance import is_value

if TYPE_CHECKING:
    from dlexamples.formats.dialects.draft import Draft

CODE = re.compile(r"(import|from|def|class|for|while|if|with|try|return|assert|raise|del|async)\b|@|[\w.]+\s*=[^=]")
"""What no printed line begins with: most code is told by one row, and need not be parsed for it."""


def only_output(draft: Draft) -> Draft:
    """Text, where running the block would evaluate literals and arrays as they print, and nothing else."""
    if draft.language != "python" or draft.interactive or any(map(CODE.match, draft.codes)):
        return draft
    if draft.tree is None or not draft.tree.body:
        return draft
    if not all(_is_shown(draft, statement) for statement in draft.tree.body):
        return draft
    return replace(draft, language="text", why=f"{draft.why}, but it holds only literals, as a program prints them")


def _is_shown(draft: Draft, statement: ast.stmt) -> bool:
    if is_printed_array(statement, draft.bound):
        return True
    return isinstance(statement, ast.Expr) and _is_literal(statement.value)


def _is_literal(value: ast.expr) -> bool:
    """`...` stands for code that is left out, and a call or a name may be code."""
    if isinstance(value, ast.Constant) and value.value is ...:
        return False
    return is_value(value) and not any(isinstance(node, (ast.Call, ast.Name)) for node in ast.walk(value))
