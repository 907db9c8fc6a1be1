"""What an interpreter wrote, standing in a block as if it were code: `torch.Size([150, 2])`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

_DOTTED = ast.Name | ast.Attribute | ast.Load
_SHOWN = (
    _DOTTED | ast.Call | ast.keyword | ast.Constant | ast.Tuple | ast.List | ast.Set | ast.Dict | ast.UnaryOp | ast.USub
)


def only_echoed(name: str, value: Any, scene: Scene) -> bool:
    """Whether `name`, which would be `value`, stands in nothing but statements that are output.

    Output is an expression whose value nobody uses and which, evaluated, shows itself again letter by letter.
    """
    nodes = scene.reads(name)
    return bool(nodes) and all(_is_echo(_statement(node, scene), {name: value}) for node in nodes)


def _statement(node: ast.AST, scene: Scene) -> ast.AST:
    return next(up for up in scene.ancestors(node) if isinstance(up, ast.stmt))


def _is_echo(statement: ast.AST, names: dict[str, Any]) -> bool:
    if not isinstance(statement, ast.Expr):
        return False
    nodes = list(ast.walk(statement.value))
    makers = [node.func for node in nodes if isinstance(node, ast.Call)]
    dotted = all(isinstance(inner, _DOTTED) for maker in makers for inner in ast.walk(maker))
    if not dotted or not all(isinstance(node, _SHOWN) for node in nodes):
        return False
    try:
        # A class makes a value and does nothing else; a function, `np.random.seed(0)`, may do anything.
        if not all(isinstance(_evaluated(maker, names), type) for maker in makers):
            return False
        shown = ast.parse(repr(_evaluated(statement.value, names)), mode="eval").body
    except Exception:
        return False
    return ast.dump(shown) == ast.dump(statement.value)


def _evaluated(node: ast.expr, names: dict[str, Any]) -> Any:
    return eval(ast.unparse(node), dict(names))
