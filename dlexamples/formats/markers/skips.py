"""Skips with a condition, and pytest's marks, which several tools write into comments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, MarkerError, Problem, Reach
from dlexamples.formats.markers.conditions import expression, holds, is_installed, needs_cuda
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator


def skip_if(
    text: str, condition: str, reason: str, reach: Reach = Reach.BELOW, scope: str = ""
) -> Iterator[Ask | Problem]:
    """A skip where `condition` holds. `text` is the marker as written, `reason` what to say of the skip.

    Where only running the code would tell, the block is run: a skip that should not be one would hide code.
    """
    if needs_cuda(condition):
        yield Ask(text, Marks(device="cuda"), reach, scope)
        return
    known = holds(condition)
    yield Ask(text, Marks(skip=reason) if known else Marks(), reach, scope)
    if known is None:
        yield Problem(
            text,
            "DL011",
            f"whether `{condition.strip()}` holds cannot be known without running code, so the block is run; "
            '`dlexamples: skip reason="…"` skips it everywhere, `dlexamples: device cuda` where there is no GPU',
        )


def import_or_skip(text: str, module: str, reason: str, reach: Reach = Reach.BELOW) -> Ask:
    """A skip where the package of `module` cannot be found."""
    if is_installed(module):
        return Ask(text, reach=reach)
    return Ask(text, Marks(skip=f"{reason}: {module.split('.')[0]} is not installed"), reach)


def pytest_mark(text: str, mark: str, reason: str, reach: Reach = Reach.BELOW) -> Iterator[Ask | Problem]:
    """What `pytest.mark.` before `mark` asks for: https://docs.pytest.org/en/stable/how-to/skipping.html.

    `reason` is for a skip that gives none. Marks that are not about running or failing ask for nothing. Raises
    MarkerError when `mark` is no expression.
    """
    tree = expression(mark)
    name, positional, keywords = _call(tree)
    condition = next(iter([*positional, *(keywords[key] for key in ["condition"] if key in keywords)]), None)
    if not name:
        raise MarkerError(f'`{mark}` is no mark of pytest\'s; `skip`, `skipif(condition, reason="…")` and `xfail` are')
    given = keywords.get("reason") or (positional[0] if name == "skip" and positional else None)
    reason = _text(given) or reason
    match name:
        case "skip":
            yield Ask(text, Marks(skip=reason), reach)
        case "skipif" if condition:
            yield from skip_if(text, ast.unparse(condition), reason, reach)
        case "skipif":
            raise MarkerError('`skipif` needs a condition: `skipif(sys.version_info < (3, 11), reason="…")`')
        case "xfail":
            yield from _expected_failure(text, condition, keywords, reason, reach)
        case _:
            yield Ask(text, reach=reach)


def _call(tree: ast.expr | None) -> tuple[str, list[ast.expr], dict[str, ast.expr]]:
    match tree:
        case ast.Name(id=name):
            return name, [], {}
        case ast.Call(func=ast.Name(id=name), args=positional, keywords=keywords):
            return name, positional, {keyword.arg: keyword.value for keyword in keywords if keyword.arg}
    return "", [], {}


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _expected_failure(
    text: str, condition: ast.expr | None, keywords: dict[str, ast.expr], reason: str, reach: Reach
) -> Iterator[Ask | Problem]:
    known = holds(ast.unparse(condition)) if condition else True
    raises = keywords.get("raises")
    named = raises.elts if isinstance(raises, ast.Tuple) else [raises] if raises else []
    kinds = ", ".join(map(ast.unparse, named)) or "Exception"
    run = keywords.get("run")
    if isinstance(run, ast.Constant) and run.value is False and known is not False:
        yield Ask(text, Marks(skip=reason), reach)
        return
    yield Ask(text, Marks(raises=kinds) if known else Marks(), reach)
    if known is None and condition:
        yield Problem(
            text,
            "DL011",
            f"whether `{ast.unparse(condition)}` holds cannot be known without running code, so no exception "
            f"is expected; `dlexamples: raises {kinds}` expects it everywhere",
        )
