"""How data flows in the code: from a name, or from an element of a batch, into a model and a loss."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.consumers import CONVERSIONS, WRAPPERS
from dlexamples.data.live import kind
from dlexamples.data.scene import last_name
from dlexamples.data.training_calls import is_loss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

Key = int | str
_GIVEN = "given_"
DEEPEST = 4
"""Assignments that are followed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the code takes out of each batch of a loader."""

    reads: dict[Key, list[ast.expr]]
    """Where each element is read, by its position or its key."""
    alone: bool = False
    """A batch is one thing, and is not taken apart."""

    @property
    def is_dict(self) -> bool:
        return any(isinstance(key, str) for key in self.reads)


def batch(name: str, scene: Scene) -> Batch | None:
    """What is taken out of the batches of `name`; None where nothing loops over it, or loops disagree."""
    found = [_of_loop(target, body) for target, body in _loops(scene.reads(name), scene, 0)]
    if not found or any(each.reads.keys() != found[0].reads.keys() for each in found[1:]):
        return None
    keys = found[0].reads
    return Batch({key: [node for each in found for node in each.reads[key]] for key in keys}, found[0].alone)


def _loops(nodes: list[ast.Name], scene: Scene, depth: int) -> Iterator[tuple[ast.expr, list[ast.stmt]]]:
    """The target and body of every loop over them, in the functions that they are given to as well."""
    for node in nodes:
        outer: ast.expr = node
        parent = scene.parents[outer]
        counted = False
        while isinstance(parent, ast.Call) and last_name(parent.func) in {*WRAPPERS, "enumerate"}:
            counted = counted or last_name(parent.func) == "enumerate"
            outer, parent = parent, scene.parents[parent]
        if isinstance(parent, ast.For) and parent.iter is outer:
            target = parent.target
            if counted and isinstance(target, ast.Tuple) and len(target.elts) == 2:
                target = target.elts[1]
            yield target, parent.body
        if isinstance(parent, ast.Call) and outer is node and depth < DEEPEST:
            yield from _loops(_inside(parent, node, scene), scene, depth + 1)


def _inside(call: ast.Call, argument: ast.expr, scene: Scene) -> list[ast.Name]:
    """Where the function of the session that `call` enters reads the argument."""
    function = scene.function(call)
    if function is None:
        return []
    for name, value in _arguments(call, function, scene):
        if value is argument:
            found = (node for statement in function.body for node in ast.walk(statement))
            return [n for n in found if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
    return []


def _arguments(call: ast.Call, function: ast.FunctionDef, scene: Scene) -> Iterator[tuple[str, ast.expr]]:
    parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if isinstance(scene.parents[function], ast.ClassDef):
        parameters = parameters[1:]
    yield from zip(parameters, call.args, strict=False)
    yield from ((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg)


def _of_loop(target: ast.expr, body: list[ast.stmt]) -> Batch:
    if isinstance(target, ast.Tuple | ast.List):
        return _of_tuple(target, body)
    if not isinstance(target, ast.Name):
        return Batch({})
    keys: dict[Key, list[ast.expr]] = {}
    whole: list[ast.expr] = []
    for statement in body:
        for node in ast.walk(statement):
            match node:
                case ast.Assign(targets=[ast.Tuple() as taken], value=ast.Name(id=name)) if name == target.id:
                    return _of_tuple(taken, body)
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() | int() as key)) if (
                    name == target.id
                ):
                    keys.setdefault(key, []).append(node)
                case ast.Name(id=name, ctx=ast.Load()) if name == target.id:
                    whole.append(node)
    return Batch(keys) if keys else Batch({0: whole}, alone=True)


def _of_tuple(target: ast.Tuple | ast.List, body: list[ast.stmt]) -> Batch:
    names = [element.id if isinstance(element, ast.Name) else "" for element in target.elts]
    return Batch({index: _reads(name, body) for index, name in enumerate(names)})


def _reads(name: str, body: list[ast.stmt]) -> list[ast.expr]:
    found = (node for statement in body for node in ast.walk(statement))
    return [n for n in found if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]


def fed(reads: list[ast.expr], scene: Scene) -> tuple[Any, Key] | None:
    """The live model into whose call it goes, and as which of its arguments."""
    for end in _ends(reads, scene, 0):
        parent = scene.parents[end]
        call = scene.parents[parent] if isinstance(parent, ast.keyword) else parent
        if not isinstance(call, ast.Call) or kind(model := alive(call.func, scene)) not in {"torch", "keras"}:
            continue
        if isinstance(parent, ast.keyword) and parent.arg:
            return model, parent.arg
        if end in call.args:
            return model, call.args.index(end)
    return None


def compared(reads: list[ast.expr], scene: Scene) -> tuple[ast.expr, ast.expr, Any] | None:
    """The expression of it that is compared with a model's output, the expression of that output, and the model.

    A loss before all else that is given both.
    """
    found: list[tuple[ast.expr, ast.expr, Any]] = []
    for end in _ends(reads, scene, 0):
        parent = scene.parents[end]
        for other in _beside(end, parent):
            if (model := model_behind(other, scene)) is not None:
                if isinstance(parent, ast.Call) and is_loss(parent, scene):
                    return end, other, model
                found.append((end, other, model))
    return next(iter(found), None)


def _beside(end: ast.expr, parent: ast.AST) -> list[ast.expr]:
    match parent:
        case ast.BinOp(left=left, right=right):
            return [right if left is end else left]
        case ast.Compare(left=left, comparators=[right]):
            return [right if left is end else left]
        case ast.Call(args=args, keywords=keywords) if end in args:
            return [other for other in (*args, *(keyword.value for keyword in keywords)) if other is not end]
    return []


def model_behind(expression: ast.expr, scene: Scene) -> Any:
    """The live model whose call is in it, or in what its names are assigned from; None where none is."""
    called: list[Any] = []
    _rebuilt(expression, {}, scene, 0, called)
    return called[0] if called else None


def evaluated(expression: ast.expr, names: dict[str, Any], given: Any, scene: Scene) -> Any:
    """Its value where every call of a live model gives `given`; None where it cannot be evaluated.

    `names` are data that is missing, by their text: `labels`, `batch['labels']`.
    """
    known = {text: f"data_{n}" for n, text in enumerate(names)}
    tree = ast.Expression(_rebuilt(expression, known, scene, 0, []))
    values = {f"data_{n}": value for n, value in enumerate(names.values())}
    try:
        return eval(compile(ast.fix_missing_locations(tree), "<seen>", "eval"), {**scene.live, **values, _GIVEN: given})
    except Exception:
        return None


def _rebuilt(node: Any, names: dict[str, str], scene: Scene, depth: int, called: list[Any]) -> Any:
    """A copy with `given_` for each call of a live model, and with what its names are assigned from.

    The models are added to `called`.
    """
    if isinstance(node, list):
        return [_rebuilt(each, names, scene, depth, called) for each in node]
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.Call) and kind(model := alive(node.func, scene)) in {"torch", "keras"}:
        called.append(model)
        return ast.Name(_GIVEN, ast.Load())
    if isinstance(node, ast.Name | ast.Subscript) and (known := names.get(ast.unparse(node))):
        return ast.Name(known, ast.Load())
    source = _source(node, scene) if isinstance(node, ast.Name) and depth < DEEPEST else None
    if source is not None:
        origin, position = source
        inner = _rebuilt(origin, names, scene, depth + 1, called)
        return inner if position is None else ast.Subscript(inner, ast.Constant(position), ast.Load())
    copied = copy.copy(node)
    for field, value in ast.iter_fields(node):
        setattr(copied, field, _rebuilt(value, names, scene, depth, called))
    return copied


def _source(place: ast.Name, scene: Scene) -> tuple[ast.expr, int | None] | None:
    """What the last assignment above binds the name from, in the same function; which element of it."""
    if place not in scene.parents:
        return None
    home, name = _home(place, scene), place.id
    last: tuple[ast.expr, int | None] | None = None
    for node in sorted((n for n in ast.walk(home) if isinstance(n, ast.Assign)), key=lambda n: n.lineno):
        if node.lineno >= place.lineno or _home(node, scene) is not home:
            continue
        match node.targets:
            case [ast.Name(id=bound)] if bound == name:
                last = (node.value, None)
            case [ast.Tuple(elts=elements)]:
                names = [element.id if isinstance(element, ast.Name) else "" for element in elements]
                last = (node.value, names.index(name)) if name in names else last
    return last


def _home(node: ast.AST, scene: Scene) -> ast.AST:
    """The function, or the block, that it stands in."""
    inner = (up for up in scene.ancestors(node) if isinstance(up, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module))
    return next(inner)


def _ends(reads: list[ast.expr], scene: Scene, depth: int) -> Iterator[ast.expr]:
    """The widest expressions that are still the same data: `tgt[:, 1:].reshape(-1)`, and what it is assigned to."""
    for node in reads:
        end = _carried(node, scene)
        yield end
        match scene.parents[end]:
            case ast.Assign(targets=[ast.Name(id=name)]) if depth < DEEPEST:
                home = _home(end, scene)
                line = end.lineno
                later = [n for n in _reads(name, getattr(home, "body", [])) if n.lineno > line and n not in reads]
                yield from _ends(later, scene, depth + 1)
            case ast.Tuple(elts=elements) as pair if depth < DEEPEST:
                match scene.parents[pair]:
                    case ast.Assign(targets=[ast.Tuple(elts=targets)]) if len(targets) == len(elements):
                        target = targets[elements.index(end)]
                        if isinstance(target, ast.Name):
                            body = getattr(_home(end, scene), "body", [])
                            later = [n for n in _reads(target.id, body) if n.lineno > end.lineno and n not in reads]
                            yield from _ends(later, scene, depth + 1)


def _carried(node: ast.expr, scene: Scene) -> ast.expr:
    while True:
        parent = scene.parents[node]
        match parent:
            case ast.Subscript(value=value) if value is node:
                node = parent
            case ast.Attribute(value=value) if value is node and isinstance(call := scene.parents[parent], ast.Call):
                if call.func is not parent:
                    return node
                node = call
            case ast.Call(func=function, args=[first, *_]) if first is node and last_name(function) in CONVERSIONS:
                node = parent
            case _:
                return node


def alive(node: ast.expr, scene: Scene) -> Any:
    """The live object that a name stands for; what a function's parameter is given where it is called."""
    if not isinstance(node, ast.Name):
        return None
    home = _home(node, scene) if node in scene.parents else None
    if isinstance(home, ast.FunctionDef) and node.id in {a.arg for a in home.args.args}:
        for tree in scene.trees:
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and scene.function(call) is home:
                    for name, value in _arguments(call, home, scene):
                        if name == node.id and (found := scene.value(value)) is not None:
                            return found
    return scene.value(node)
