"""Saved models: made from the model that is alive where they are loaded, and from no other."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dlexamples.data.files.literals import live
from dlexamples.data.files.making import Asking, Made, maker
from dlexamples.data.live import kind
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name
from dlexamples.model import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

_WEIGHTS = "the weights that `{}` has here, where the post has trained ones"
_WHOLE = "`{}` as it is here, where the post has its own"
_COUNTS = {"epoch": "0", "epochs": "0", "step": "0", "global_step": "0", "loss": "0.0", "best_acc": "0.0"}


@maker("torch.load", ".pth", ".pt", ".ckpt")
def torch_state(asking: Asking) -> Made:
    """The state of what the code puts the file's contents into."""
    if asking.reader != "torch.load":
        raise CannotTell("it is read by something else than `torch.load`")
    torch = asking.imports.module("torch")
    whole = [owner for owner, node in _loads(asking.scene) if _is_read(node, asking)]
    keys = _keys(asking)
    if whole:
        return _made([f'{torch}.save({whole[0]}.state_dict(), "{asking.path}")'], whole[0])
    owners = [owner for owner, node in _loads(asking.scene) if _is_key(node, asking)]
    if not keys or not owners:
        raise CannotTell("no model that is alive here loads it, and a model that only its author has is in it")
    states = {node.slice.value: owner for owner, node in _loads(asking.scene) if _is_key(node, asking)}
    items = {key: f"{states[key]}.state_dict()" if key in states else _COUNTS.get(key, "") for key in keys}
    if unknown := next((key for key, value in items.items() if not value), None):
        raise CannotTell(f"nothing in the code says what it holds under `{unknown}`")
    written = ", ".join(f'"{key}": {value}' for key, value in items.items())
    line = f'{torch}.save({{{written}}}, "{asking.path}")'
    long = [f"{torch}.save(", "    {", *(f'        "{k}": {v},' for k, v in items.items()), "    },"]
    return _made([line] if len(line) <= 100 else [*long, f'    "{asking.path}",', ")"], owners[0])


@maker("keras.load_weights", "tf_keras.load_weights")
def keras_weights(asking: Asking) -> Made:
    owner = ast.unparse(asking.call.func.value) if isinstance(asking.call.func, ast.Attribute) else ""
    if not getattr(asking.scene.live.get(owner), "built", False):
        raise CannotTell("the model that loads it has no weights yet")
    return _made([f'{owner}.save_weights("{asking.path}")'], owner)


@maker("keras.load_model", "tf_keras.load_model", ".keras", ".h5")
def keras_model(asking: Asking) -> Made:
    if not asking.reader.endswith("load_model"):
        raise CannotTell("what it holds is for the post to say")
    owner = _only(asking.scene, "keras")
    return _made([f'{owner}.save("{asking.path}")'], owner, _WHOLE)


@maker("joblib.load")
def joblib_model(asking: Asking) -> Made:
    owner = _only(asking.scene, "estimator")
    return _made([f'{asking.imports.module("joblib")}.dump({owner}, "{asking.path}")'], owner, _WHOLE)


@maker(".pkl", ".pickle", ".joblib", ".sav")
def pickled_model(asking: Asking) -> Made:
    if asking.reader != "builtins.open":
        raise CannotTell("what it holds is for the post to say")
    owner = _only(asking.scene, "estimator")
    file = asking.unused("file", "output")
    pickle = asking.imports.module("pickle")
    return _made([f'with open("{asking.path}", "wb") as {file}:', f"    {pickle}.dump({owner}, {file})"], owner, _WHOLE)


def _made(lines: list[str], owner: str, what: str = _WEIGHTS) -> Made:
    return Made(lines, "weights", what.format(owner), Claim.SYNTHETIC, f"`{owner}`, which is alive where it is loaded")


def _only(scene: Scene, wanted: str) -> str:
    """The one model that is alive. Raises CannotTell."""
    models = [
        name for name, value in scene.stop.namespace.items() if kind(value) == wanted and not name.startswith("_")
    ]
    if len({id(scene.stop.namespace[name]) for name in models}) != 1:
        raise CannotTell("nothing in the code says what it holds, and the post makes no such model before it")
    if wanted == "estimator" and not _is_fitted(scene.stop.namespace[models[0]]):
        raise CannotTell(f"`{models[0]}` is not fitted where it is loaded")
    return models[0]


def _is_fitted(estimator: Any) -> bool:
    """scikit-learn's own convention: what is learnt ends in an underscore."""
    return any(name.endswith("_") and not name.startswith("_") for name in vars(estimator))


def _loads(scene: Scene) -> Iterator[tuple[str, Any]]:
    """The live owner of each `load_state_dict` of the text, and what it is given."""
    for node in (node for tree in scene.trees for node in ast.walk(tree)):
        match node:
            case ast.Call(func=ast.Attribute(attr="load_state_dict", value=owner), args=[given, *_]):
                if hasattr(live(owner, scene), "state_dict"):
                    yield ast.unparse(owner), given


def _holder(asking: Asking) -> str:
    statement = asking.scene.parents.get(asking.call)
    return last_name(statement.targets[0]) if isinstance(statement, ast.Assign) else ""


def _is_read(node: ast.expr, asking: Asking) -> bool:
    return node is asking.call or (isinstance(node, ast.Name) and node.id == _holder(asking))


def _is_key(node: ast.expr, asking: Asking) -> bool:
    """`checkpoint["model"]`."""
    match node:
        case ast.Subscript(value=inner, slice=ast.Constant(value=str())):
            return _is_read(inner, asking)
    return False


def _keys(asking: Asking) -> list[str]:
    nodes = (node for tree in asking.scene.trees for node in ast.walk(tree))
    found = [n for n in nodes if isinstance(n, ast.Subscript) and _is_key(n, asking)]
    found.sort(key=lambda node: node.lineno)
    return list(dict.fromkeys(str(node.slice.value) for node in found if isinstance(node.slice, ast.Constant)))
