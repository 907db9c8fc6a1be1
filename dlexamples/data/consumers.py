"""What the code around a name takes: which forms of data would serve in its place."""

from __future__ import annotations

import ast
import sys
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from dlexamples.data.forms import ARRAYS, EVERY, Form
from dlexamples.data.live import kind, own_method
from dlexamples.data.scene import last_name
from dlexamples.data.training_calls import FIT, PREDICT, is_loss, takes_pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dlexamples.data.scene import Scene

Forms = frozenset[Form]

WRAPPERS = {"tqdm", "trange", "iter", "list", "reversed", "cycle"}
CONVERSIONS = {
    *("array", "asarray", "tensor", "as_tensor", "from_numpy", "Tensor", "FloatTensor", "LongTensor", "Variable"),
    *("constant", "convert_to_tensor", "to_categorical", "one_hot", "dot", "matmul", "DataFrame"),
}
BUNCH = {"data", "target", "images", "feature_names", "target_names", "DESCR", "frame"}
PANDAS = {"head", "tail", "iloc", "loc", "columns", "drop", "describe", "info", "groupby", "values", "isnull", "corr"}
DATASET = {"batch", "map", "shuffle", "prefetch", "cache", "repeat", "take", "skip", "unbatch", "filter"}


def forms(name: str, scene: Scene) -> Forms:
    """The forms that serve every use of `name`; every form when no use says anything, none when uses disagree."""
    return _common(scene.reads(name), scene)


def uses(name: str, scene: Scene) -> list[tuple[ast.Name, Forms]]:
    """Every use of `name`, with the forms that serve it."""
    return [(node, _taken(node, scene, 0)) for node in scene.reads(name)]


def _common(nodes: Iterable[ast.expr], scene: Scene, depth: int = 0) -> Forms:
    return reduce(frozenset.intersection, (_taken(node, scene, depth) for node in nodes), EVERY)


def _taken(node: ast.expr, scene: Scene, depth: int) -> Forms:
    parent = scene.parents[node]
    match parent:
        case ast.Call(args=args) if node in args:
            return _argument(parent, args.index(node), scene, depth)
        case ast.keyword(arg=arg):
            return _keyword(parent, arg or "", scene, depth)
        case ast.For(iter=iterated, target=target, body=body) if iterated is node:
            return _looped(target, body, scene, depth)
        case ast.comprehension(iter=iterated, target=target) if iterated is node:
            return _looped(target, [], scene, depth)
        case ast.Attribute(attr=attr):
            return _attribute(parent, attr, scene)
        case ast.Subscript(value=value) if value is node:
            return _subscript(parent, scene)
        case ast.Assign(targets=[ast.Tuple(elts=elements)]) if len(elements) == 2:
            return frozenset({Form.PAIR}) if not any(isinstance(e, ast.Tuple) for e in elements) else frozenset()
        case ast.Tuple(elts=[first, second]) | ast.List(elts=[first, second]):
            if not isinstance(scene.parents[parent], ast.keyword | ast.Call):
                return EVERY
            return _either(node is first or ast.unparse(first) == ast.unparse(second))
        case ast.BinOp() | ast.Compare():
            return ARRAYS
    return EVERY


def _either(is_first: bool) -> Forms:
    return frozenset({Form.FEATURES if is_first else Form.TARGETS})


def _argument(call: ast.Call, position: int, scene: Scene, depth: int) -> Forms:
    callee = last_name(call.func)
    if callee in WRAPPERS:
        return _taken(call, scene, depth)
    if callee in {"enumerate", "next", "choice"}:
        return _stepped(call, callee, scene, depth)
    if callee == "zip" and len(call.args) >= 2:
        return _either(position == 0) if position < 2 else EVERY
    if callee in {"DataLoader", "random_split", "Subset"}:
        return frozenset({Form.MAP_DATASET})
    if callee == "TensorDataset":
        return _either(position == 0)
    if callee == "train_test_split":
        return _either(position == 0) if len(call.args) > 1 else frozenset({Form.FEATURES, Form.TABLE, Form.PAIRS})
    if callee in CONVERSIONS:
        return ARRAYS
    if is_loss(call, scene):
        return frozenset({Form.TARGETS}) if position == (scene.framework == "torch") else frozenset()
    if isinstance(call.func, ast.Attribute) and callee in FIT | PREDICT:
        return _method(call, call.func, position, scene, depth)
    if kind(scene.value(call.func)) in {"torch", "keras"}:
        return frozenset({Form.FEATURES})
    return _entered(call, position, scene, depth)


def _method(call: ast.Call, function: ast.Attribute, position: int, scene: Scene, depth: int) -> Forms:
    """`model.fit(…)` and its kin: the live receiver decides, never the name alone."""
    receiver = scene.value(function.value)
    owner = kind(receiver) or (scene.framework if not _is_estimator_style(function, scene) else "")
    if own_method(receiver, function.attr):
        return _entered(call, position, scene, depth)
    if function.attr in PREDICT:
        batches = {"keras": {Form.KERAS_BATCHES}, "torch": {Form.LOADER}}.get(owner, set())
        return frozenset({Form.FEATURES, *batches})
    if takes_pair(call, scene):
        return _paired(call, position)
    if position == 0:
        return {
            "keras": frozenset({Form.KERAS_BATCHES}),
            "torch": frozenset({Form.LOADER}),
        }.get(owner, frozenset({Form.FEATURES}))
    return EVERY


def _paired(call: ast.Call, position: int) -> Forms:
    """`fit(X, y)`; in `fit(X, X)`, an autoencoder's, both are inputs."""
    names = [argument.id for argument in call.args[:2] if isinstance(argument, ast.Name)]
    if len(names) == 2 and names[0] == names[1]:
        return frozenset({Form.FEATURES})
    return _either(position == 0) if position < 2 else EVERY


def _is_estimator_style(function: ast.Attribute, scene: Scene) -> bool:
    """A receiver that is alive and that is no model of a framework: scikit-learn's, or a class of the post."""
    return scene.value(function.value) is not None


def _keyword(keyword: ast.keyword, arg: str, scene: Scene, depth: int) -> Forms:
    call = scene.parents[keyword]
    if not isinstance(call, ast.Call):
        return EVERY
    if arg == "validation_data":
        batches = Form.LOADER if scene.framework == "torch" else Form.KERAS_BATCHES
        return frozenset({batches})
    if last_name(call.func) in FIT | PREDICT and arg in {"x", "X", "y"}:
        return _argument(call, 0 if arg in "xX" else 1, scene, depth)
    if last_name(call.func) == "DataLoader" and arg == "dataset":
        return frozenset({Form.MAP_DATASET})
    return EVERY


def _stepped(call: ast.Call, callee: str, scene: Scene, depth: int) -> Forms:
    match scene.parents[call]:
        case ast.For(target=ast.Tuple(elts=[_, target]), body=body) if callee == "enumerate":
            return _looped(target, body, scene, depth)
        case ast.Assign(targets=[target]) if callee == "next":
            return _looped(target, [], scene, depth)
        case ast.Assign(targets=[ast.Tuple(elts=[_, _])]) if callee == "choice":
            return frozenset({Form.PAIRS})
        case ast.Call() as outer if last_name(outer.func) in WRAPPERS:
            return _taken(call, scene, depth)
    return EVERY


def _looped(target: ast.expr, body: list[ast.stmt], scene: Scene, depth: int) -> Forms:
    """What can be iterated, giving what `target` takes apart."""
    match target:
        case ast.Tuple(elts=[ast.Tuple(), _]):
            return frozenset({Form.PAIRS})
        case ast.Tuple(elts=[_, _]):
            return _pairs(scene)
        case ast.Tuple():
            return frozenset({Form.TABLE})
        case ast.Name(id=name):
            inner = (node for statement in body for node in ast.walk(statement))
            reads = [n for n in inner if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
            return _of_items(reads, scene, depth)
    return EVERY


def _of_items(reads: list[ast.Name], scene: Scene, depth: int) -> Forms:
    """What holds items that are used as `reads` are."""
    for node in reads:
        match scene.parents[node]:
            case ast.Assign(targets=[ast.Tuple(elts=[_, _])]):
                return _pairs(scene)
            case ast.Assign(targets=[ast.Tuple()]):
                return frozenset({Form.TABLE})
            case ast.Subscript(slice=ast.Constant(value=0 | 1)):
                return _pairs(scene)
            case ast.Subscript():
                return frozenset()
    inner = _common(reads, scene, depth + 1) if depth < 3 else EVERY
    return inner & {Form.FEATURES} or EVERY if inner != EVERY else EVERY


def _pairs(scene: Scene) -> Forms:
    batches = {
        "torch": {Form.LOADER, Form.MAP_DATASET},
        "keras": {Form.KERAS_BATCHES, Form.KERAS_ROWS},
    }.get(scene.framework, set())
    return frozenset({Form.PAIRS, *batches})


def _attribute(node: ast.Attribute, attr: str, scene: Scene) -> Forms:
    if attr in PANDAS:
        return frozenset()
    if attr in BUNCH:
        return frozenset({Form.BUNCH}) | (ARRAYS if attr == "data" else frozenset())
    if attr in DATASET and scene.framework == "keras":
        batched = any(isinstance(up, ast.Attribute) and up.attr == "batch" for up in (node, *scene.ancestors(node)))
        return frozenset({Form.KERAS_ROWS if batched else Form.KERAS_BATCHES})
    if attr in {"dataset", "batch_size", "sampler"}:
        return frozenset({Form.LOADER})
    return ARRAYS if _is_of_arrays(attr) else frozenset()


def _is_of_arrays(attr: str) -> bool:
    """Whether arrays, or the tensors of a library that is loaded, have it."""
    tensors = [getattr(sys.modules.get(name), "Tensor", None) for name in ("torch", "tensorflow")]
    return any(hasattr(owner, attr) for owner in (np.ndarray, *tensors))


def _subscript(node: ast.Subscript, scene: Scene) -> Forms:
    match node.slice:
        case ast.Constant(value=str() as key):
            return frozenset({Form.BUNCH}) if key in BUNCH else frozenset()
        case ast.Tuple(elts=[*_, column]):
            return frozenset({Form.TABLE}) if _is_last(column) else ARRAYS
    match scene.parents[node]:
        case ast.Assign(targets=[ast.Tuple(elts=[_, _])]):
            return frozenset({Form.PAIRS, Form.MAP_DATASET})
    return EVERY - {Form.LOADER, Form.KERAS_BATCHES, Form.KERAS_ROWS, Form.BUNCH}


def _is_last(column: ast.expr) -> bool:
    """`[:, -1]`, `[:, :-1]`, and `[:, 2]`, `[:, :2]` of a table of two inputs: targets lie beside the inputs."""
    edge = column.upper if isinstance(column, ast.Slice) and column.lower is None else column
    return edge is not None and ast.unparse(edge) in {"-1", "2"}


def _entered(call: ast.Call, position: int, scene: Scene, depth: int) -> Forms:
    """What the function of the session that `call` enters does with its parameter."""
    function = scene.function(call)
    if function is None or depth > 2:
        return EVERY
    parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    is_method = isinstance(scene.parents[function], ast.ClassDef)
    index = position + is_method
    if index >= len(parameters):
        return EVERY
    inner = (node for statement in function.body for node in ast.walk(statement))
    reads = [node for node in inner if isinstance(node, ast.Name) and node.id == parameters[index]]
    return _common([node for node in reads if isinstance(node.ctx, ast.Load)], scene, depth + 1)
