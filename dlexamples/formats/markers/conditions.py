"""Conditions of skips, as far as they are known without running anything.

What is evaluated: constants, `and`/`or`/`not`, comparisons, the Python version, the platform, the environment, and
whether a top-level module can be found (`importlib.util.find_spec`, which imports nothing of it). That no GPU is
visible is not evaluated but recognised, because it says what the block needs.
"""

from __future__ import annotations

import ast
import importlib.util
import operator
import os
import platform
import sys
from typing import TYPE_CHECKING, Any

from dlexamples.formats.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WITHOUT_CUDA = {
    "not torch.cuda.is_available()",
    "torch.cuda.is_available() is False",
    "torch.cuda.is_available() == False",
    "torch.cuda.device_count() == 0",
    "torch.cuda.device_count() < 1",
    "not torch.cuda.device_count()",
    "not tf.config.list_physical_devices('GPU')",
    "not tensorflow.config.list_physical_devices('GPU')",
    "len(tf.config.list_physical_devices('GPU')) == 0",
}
"""Conditions that are true where no GPU is visible, in `ast.unparse`'s spelling."""
NAMES: Mapping[str, Any] = {
    "sys.version_info": tuple(sys.version_info),
    "sys.version_info.major": sys.version_info.major,
    "sys.version_info.minor": sys.version_info.minor,
    "sys.platform": sys.platform,
    "sys.maxsize": sys.maxsize,
    "sys.implementation.name": sys.implementation.name,
    "os.name": os.name,
    "os.environ": os.environ,
}
CALLS: Mapping[str, Callable[..., Any]] = {
    "bool": bool,
    "int": int,
    "tuple": tuple,
    "os.getenv": os.getenv,
    "os.environ.get": os.environ.get,
    "platform.system": platform.system,
    "platform.machine": platform.machine,
    "platform.python_implementation": platform.python_implementation,
    "importlib.util.find_spec": lambda name: is_installed(name) or None,
    "find_spec": lambda name: is_installed(name) or None,
}
METHODS = {"startswith", "endswith", "lower", "upper"}
"""Of a string that is known."""
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


class UnknownConditionError(Exception):
    """Only running the post's code would tell."""


def holds(condition: str) -> bool | None:
    """Whether the condition is true here; None when that cannot be known without running anything."""
    tree = expression(condition)
    if tree is None:
        return None
    try:
        return bool(_value(tree))
    except Exception:
        # What an author's condition raises (`os.environ["X"]`, `(3, 8) < "3"`) says nothing about the block.
        return None


def needs_cuda(condition: str) -> bool:
    """Whether the condition is true exactly where no GPU is visible."""
    tree = expression(condition)
    return tree is not None and ast.unparse(tree) in WITHOUT_CUDA


def is_installed(module: str) -> bool:
    """Whether the top-level package of a dotted name can be imported here; nothing is imported to tell."""
    try:
        return importlib.util.find_spec(module.split(".")[0]) is not None
    except ValueError:
        return False


def expression(text: str) -> ast.expr | None:
    """The tree of an expression; a condition that is a string is the expression in it, as in `pytest.mark.skipif`."""
    tree = parsed(text.strip())
    match tree.body if tree else []:
        case [ast.Expr(ast.Constant(value=str(inner)))]:
            return expression(inner)
        case [ast.Expr(value)]:
            return value
    return None


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(map(_value, items))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand)
        case ast.BoolOp(op=ast.And(), values=values):
            return _any_is(False, values)
        case ast.BoolOp(values=values):
            return _any_is(True, values)
        case ast.Compare():
            return _compared(node)
        case ast.Subscript(value=value, slice=index):
            return _value(value)[_index(index)]
        case ast.Attribute() if ast.unparse(node) in NAMES:
            return NAMES[ast.unparse(node)]
        case ast.Call(func=function, args=arguments, keywords=[]):
            return _callee(function)(*map(_value, arguments))
    raise UnknownConditionError


def _any_is(wanted: bool, values: list[ast.expr]) -> bool:
    """`or` for True, `and` for False: one value that is known may settle it, whatever the others are."""
    known = [_known(value) for value in values]
    if wanted in known:
        return wanted
    if None in known:
        raise UnknownConditionError
    return not wanted


def _known(node: ast.expr) -> bool | None:
    try:
        return bool(_value(node))
    except UnknownConditionError:
        return None


def _compared(node: ast.Compare) -> bool:
    values = [_value(node.left), *map(_value, node.comparators)]
    pairs = zip(node.ops, values, values[1:], strict=False)
    return all(COMPARISONS[type(op)](left, right) for op, left, right in pairs)


def _index(node: ast.expr) -> Any:
    if isinstance(node, ast.Slice):
        return slice(*(part and _value(part) for part in (node.lower, node.upper, node.step)))
    return _value(node)


def _callee(function: ast.expr) -> Callable[..., Any]:
    name = ast.unparse(function)
    if name in CALLS:
        return CALLS[name]
    if isinstance(function, ast.Attribute) and function.attr in METHODS:
        owner = _value(function.value)
        if isinstance(owner, str):
            method: Callable[..., Any] = getattr(owner, function.attr)
            return method
    raise UnknownConditionError
