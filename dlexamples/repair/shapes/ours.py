"""Whose the sizes of the data are: supplied by us, chosen by the author's hand, or those of real data."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

FACTORIES = frozenset({
    "rand", "randn", "randint", "random", "normal", "uniform", "standard_normal", "random_sample", "zeros", "ones",
    "empty", "full", "arange", "linspace", "make_classification", "make_regression", "make_blobs", "Input",
})  # fmt: skip
"""Functions of torch, NumPy and scikit-learn that make data of a size that is written beside them."""


def is_ours(stop: Stop) -> bool:
    """Whether the present text gives a value to a name that the published one reads and never binds."""
    return bool(
        (_names(stop.sources, ast.Store) - _names(stop.published, ast.Store)) & _names(stop.published, ast.Load)
    )


def _names(sources: tuple[str, ...], context: type[ast.expr_context]) -> set[str]:
    return {
        node.id
        for source in sources
        for node in _walk(source)
        if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }


def is_sized_by_hand(stop: Stop, size: int) -> bool:
    """Whether the text makes data with that size written beside it: the size is as much the author's word as a
    layer's is."""
    for source in stop.published:
        for node in _walk(source):
            if isinstance(node, ast.Call) and _function(node.func) in FACTORIES:
                values = [*node.args, *(keyword.value for keyword in node.keywords)]
                numbers = (part.value for value in values for part in _numbers(value, stop))
                if size in numbers:
                    return True
    return False


def _numbers(value: ast.expr, stop: Stop) -> Iterator[ast.Constant]:
    for part in ast.walk(value):
        if isinstance(part, ast.Constant) and type(part.value) is int:
            yield part
        if isinstance(part, ast.Name) and type(stop.namespace.get(part.id)) is int:
            yield ast.Constant(stop.namespace[part.id])


def _function(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _walk(source: str) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(ast.parse(source))
    except SyntaxError:
        return
