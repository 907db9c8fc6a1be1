"""How the session uses a name that it never imports."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

SHORT = 60
_ANNOTATIONS = ast.arg | ast.AnnAssign | ast.FunctionDef


def is_used_as(value: Any, name: str, use: str, scene: Scene) -> bool:
    """Whether the session uses `name` as `value`.

    `use` says what that takes. `module`: every use is an attribute that it has. `sure`: one is. `function`: every use
    is a call with arguments that it takes. `class`: every use is a call, a base, an annotation or an attribute.
    """
    nodes = scene.reads(name)
    if use == "sure":
        attributes = all(isinstance(scene.parents[node], ast.Attribute) for node in nodes)
        return attributes and any(_fits(node, value, "module", scene) for node in nodes)
    return all(_fits(node, value, use, scene) for node in nodes)


def shown_uses(name: str, value: Any, thing: str, scene: Scene) -> str:
    """The uses that tell what `name` is, for the author: "`nn.Module` and `nn.Linear` belong to torch.nn"."""
    nodes = scene.reads(name)
    parents = [(node, scene.parents[node]) for node in nodes]
    attributes = [_chain(up, value, scene) for _, up in parents if isinstance(up, ast.Attribute)]
    found = list(dict.fromkeys(chain for chain in attributes if chain))
    if found:
        shown = " and ".join(f"`{chain}`" for chain in found[:2]) if len(found) < 3 else ""
        shown = shown or f"`{found[0]}`, `{found[1]}` and {len(found) - 2} more"
        return (
            f"the code reads {shown}" if name == thing else f"{shown} belong{'s' if len(found) == 1 else ''} to {thing}"
        )
    for node, up in parents:
        match up:
            case ast.ClassDef(name=derived):
                return f"`class {derived}({name})` derives from it"
            case ast.Call(func=function) if function is node:
                call = ast.unparse(up)
                return f"`{call if len(call) <= SHORT else f'{name}(…)'}` calls it"
    return f"`{name}` is named where a class is expected"


def _fits(node: ast.AST, value: Any, use: str, scene: Scene) -> bool:
    """Whether the place reads what `value` has: `np.linalg.norm` along the attributes that are modules or classes."""
    parent = scene.parents[node]
    if isinstance(parent, ast.Attribute):
        return bool(_chain(parent, value, scene))
    if use == "module":
        return False
    if isinstance(parent, ast.Call) and parent.func is node:
        # Arguments that a class does not take any more, `OneHotEncoder(sparse=False)`, are for the repairs.
        return use == "class" or _takes(value, parent)
    based = isinstance(parent, ast.ClassDef | ast.Subscript | _ANNOTATIONS)
    checked = isinstance(parent, ast.Call) and node in parent.args[1:]
    return use == "class" and (based or checked)


def _chain(node: ast.Attribute, value: Any, scene: Scene) -> str:
    """`np.linalg.norm` as it is written, through modules, when `value` has it and it is read; else nothing."""
    if not hasattr(value, node.attr):
        return ""
    outer, inner = scene.parents[node], getattr(value, node.attr)
    if isinstance(outer, ast.Attribute) and inspect.ismodule(inner):
        return _chain(outer, inner, scene)
    return ast.unparse(node) if isinstance(node.ctx, ast.Load) else ""


def _takes(value: Any, call: ast.Call) -> bool:
    """Whether the signature takes these arguments; what cannot be counted is taken."""
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    if starred or any(keyword.arg is None for keyword in call.keywords):
        return True
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*call.args, **{keyword.arg: keyword for keyword in call.keywords if keyword.arg})
    except TypeError:
        return False
    return True
