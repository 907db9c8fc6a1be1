"""Values of expressions that do nothing when they are evaluated: constants, live names, paths that are put together."""

from __future__ import annotations

import ast
import contextlib
from pathlib import PurePath
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlexamples.data.scene import last_name

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

UNKNOWN = object()
_PLAIN = (str, int, float, bool, list, tuple, dict, PurePath)


def value_of(node: ast.expr | None, scene: Scene) -> Any:
    """The value, or `UNKNOWN` where a part of the expression is anything else, or nothing is alive under its name."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name() | ast.Attribute():
            return _named(node, scene)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            values = [value_of(item, scene) for item in items]
            return UNKNOWN if any(value is UNKNOWN for value in values) else values
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = value_of(operand, scene)
            return -value if isinstance(value, (int, float)) else UNKNOWN
        case ast.JoinedStr(values=parts):
            texts = [_formatted(part, scene) for part in parts]
            return UNKNOWN if None in texts else "".join(filter(None, texts))
        case ast.BinOp(left=left, op=ast.Add() | ast.Div() as operator, right=right):
            return _joined(value_of(left, scene), operator, value_of(right, scene))
        case ast.Subscript(value=holder, slice=key):
            return _item(value_of(holder, scene), value_of(key, scene))
        case ast.Call(func=function, args=arguments, keywords=[]):
            return _path(last_name(function), [value_of(argument, scene) for argument in arguments])
    return UNKNOWN


def strings(node: ast.expr | None, scene: Scene) -> list[str]:
    """The strings of an expression that is one, or a list of them; nothing for any other.

    A name that the run has not come to is what its one assignment in the text says.
    """
    value = value_of(node, scene)
    if value is UNKNOWN and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = strings(node.left, scene), strings(node.right, scene)
        return [*left, *right] if left and right else []
    if value is UNKNOWN and isinstance(node, ast.Name) and node.id not in scene.live:
        return strings(_written_later(node.id, scene), scene)
    if isinstance(value, str):
        return [value]
    return list(value) if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value) else []


def _named(node: ast.expr, scene: Scene) -> Any:
    """What is alive under a name, or under an attribute that an object or a module itself holds."""
    value = live(node, scene)
    return value if value is not None and isinstance(value, _PLAIN) else UNKNOWN


def live(node: ast.expr, scene: Scene) -> Any:
    """The live object under a dotted name: no property is asked. None where there is none."""
    if isinstance(node, ast.Name):
        return scene.live.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    holder = live(node.value, scene)
    if isinstance(holder, ModuleType):
        # Some modules find their parts when they are asked for them.
        with contextlib.suppress(Exception):
            return getattr(holder, node.attr)
    return getattr(holder, "__dict__", {}).get(node.attr)


def _written_later(name: str, scene: Scene) -> ast.expr | None:
    """The value of the one assignment to `name` in the session's text; none where it is made of itself."""
    found = [
        node.value
        for tree in scene.trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]
    is_plain = len(found) == 1 and all(getattr(part, "id", "") != name for part in ast.walk(found[0]))
    return found[0] if is_plain else None


def _formatted(node: ast.expr, scene: Scene) -> str | None:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.FormattedValue(value=inner, conversion=-1, format_spec=None):
            value = value_of(inner, scene)
            return None if value is UNKNOWN else str(value)
    return None


def _joined(left: Any, operator: ast.operator, right: Any) -> Any:
    try:
        return left / right if isinstance(operator, ast.Div) else left + right
    except (TypeError, ZeroDivisionError):
        return UNKNOWN


def _item(holder: Any, key: Any) -> Any:
    try:
        return holder[key] if isinstance(holder, (dict, list, tuple)) else UNKNOWN
    except (LookupError, TypeError):
        return UNKNOWN


def _path(function: str, parts: list[Any]) -> Any:
    """`os.path.join(…)`, `Path(…)`, `str(…)`."""
    if not parts or not all(isinstance(part, (str, PurePath)) for part in parts):
        return UNKNOWN
    if function in {"join", "joinpath"}:
        return str(PurePath(*parts))
    if function in {"Path", "PurePath"}:
        return PurePath(*parts)
    return str(parts[0]) if function in {"str", "fspath"} and len(parts) == 1 else UNKNOWN
