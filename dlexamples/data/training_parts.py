"""A model, an optimizer or a criterion of torch that a post leaves for its reader to bring: `wrap(model)`.

Not data: one that is the post's own, or that follows from what is alive, is made; any other is for the author to tell.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import re
import sys
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from dlexamples.data.import_group import grouped
from dlexamples.data.imports import Imports
from dlexamples.data.insert import inserted
from dlexamples.data.live import kind
from dlexamples.model import Applicability, Claim, Fill, Proposal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dlexamples.data.scene import Scene

WIDTH, UNITS = 10, 2
"""Of a model that nothing says anything about."""
_DATA = re.compile(r"(data_?|batch_?)?loader|dataset", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """What a name is set to."""

    name: str
    expression: str
    what: str
    why: str


def training_part(name: str, scene: Scene) -> Iterator[Proposal]:
    """The assignment for `model`, `optimizer`, `criterion` and their like in a session of torch."""
    tell = next((tell for pattern, tell in PARTS.items() if re.fullmatch(pattern, name)), None)
    if tell is None or not _is_of_torch(scene):
        return
    imports = Imports(scene)
    parts = list(tell(name, scene, imports))
    if not parts:
        return
    lines = [f"{part.name} = {part.expression}" for part in parts]
    source = "\n".join([*grouped(imports.lines), *lines, ""])
    yield Proposal(
        rule="training_parts",
        code="DL102",
        message=f"`{name}` is not defined in the post",
        applicability=Applicability.UNSAFE,
        description=" and ".join(f"make {part.what}: `{line}`" for part, line in zip(parts, lines, strict=True)),
        sources=inserted(scene, lines, imports.lines),
        fills=tuple(
            Fill(part.name, part.what.partition(" ")[2], Claim.SYNTHETIC, None, "", part.why, source) for part in parts
        ),
        label="never defined",
    )


def _is_of_torch(scene: Scene) -> bool:
    """Whether the session is torch's and torch is here: by its imports, or by a library's that stands on torch."""
    packages = scene.packages | scene.stop.post.packages
    speaks = scene.framework == "torch" or (scene.framework == "numpy" and "torch" in packages)
    return speaks and "torch" in sys.modules


def _model(name: str, scene: Scene, imports: Imports) -> Iterator[Part]:
    """One of the session's own class; else, where any would do, a small one."""
    own = {value for value in scene.live.values() if _is_own_model(value)}
    if not own:
        yield from _small_model(name, scene, imports)
    if len(own) == 1 and _takes_nothing(first := own.pop()):
        yield Part(name, f"{first.__name__}()", "a model", f"the post's only model class, `{first.__name__}`")


def _small_model(name: str, scene: Scene, imports: Imports) -> Iterator[Part]:
    torch = sys.modules["torch"]
    uses = [(node, scene.parents[node]) for node in scene.reads(name)]
    if not all(_would_take_any(parent, torch.nn.Module) for _, parent in uses):
        return
    calls = [parent for node, parent in uses if isinstance(parent, ast.Call) and parent.func is node]
    fed = [scene.value(call.args[0]) for call in calls if call.args]
    shapes = {tuple(value.shape[1:]) for value in fed if isinstance(value, torch.Tensor) and value.is_floating_point()}
    if len(shapes) > 1 or (calls and not shapes and not _is_fed_with_missing_data(fed, scene)):
        return
    shape = next(iter(shapes), (WIDTH,))
    nn = imports.module("torch.nn", "nn")
    layer = f"{nn}.Linear({prod(shape)}, {UNITS})"
    layers = layer if len(shape) == 1 else f"{nn}.Sequential({nn}.Flatten(), {layer})"
    why = "the post has its reader's own in mind: nothing is asked of it that a small one does not have"
    yield Part(name, layers, "a small model", why)


def _is_fed_with_missing_data(fed: list[Any], scene: Scene) -> bool:
    """Whether nothing that it is called with is alive yet, since the data are missing as well: they are made to fit."""
    return all(value is None for value in fed) and any(_DATA.search(name) for name in scene.free)


def _is_own_model(value: Any) -> bool:
    torch = sys.modules["torch"]
    return isinstance(value, type) and issubclass(value, torch.nn.Module) and value.__module__ == "__main__"


def _takes_nothing(kind_of_model: type) -> bool:
    try:
        inspect.signature(kind_of_model).bind()
    except (TypeError, ValueError):
        return False
    return True


def _would_take_any(use: ast.AST, module: type) -> bool:
    """Whether the use asks for nothing that only a certain model has."""
    match use:
        case ast.Attribute(attr=attribute, ctx=ast.Load()):
            return hasattr(module, attribute)
        case ast.Call() | ast.keyword() | ast.Tuple() | ast.List():
            return True
    return False


def _optimizer(name: str, scene: Scene, imports: Imports) -> Iterator[Part]:
    """One for the only model that is alive, or that is missing as well."""
    models = {id(value): known for known, value in scene.live.items() if kind(value) == "torch" and _learns(value)}
    # A part of another model is trained with it.
    parts = {id(part) for known in models.values() for part in list(scene.live[known].modules())[1:]}
    whole = [known for key, known in models.items() if key not in parts]
    why = "is the only model that is alive"
    if not whole:
        missing = [part for other in scene.free if re.fullmatch(MODEL, other) for part in _model(other, scene, imports)]
        yield from missing
        whole, why = [part.name for part in missing], "is the only model of the post"
    if len(whole) == 1:
        optim = imports.module("torch.optim", "optim")
        why = f"`{whole[0]}` {why}; Adam with its usual learning rate"
        yield Part(name, f"{optim}.Adam({whole[0]}.parameters())", "an optimizer", why)


def _learns(model: Any) -> bool:
    return any(parameter.requires_grad for parameter in model.parameters())


def _criterion(name: str, scene: Scene, imports: Imports) -> Iterator[Part]:
    """The loss for what it is called with, where that is alive: classes, or numbers of the same shape."""
    torch = sys.modules["torch"]
    for node in scene.reads(name):
        call = scene.parents[node]
        if not isinstance(call, ast.Call) or call.func is not node or len(call.args) != 2:
            continue
        output, target = _output(call.args[0], scene), scene.value(call.args[1])
        if not isinstance(output, torch.Tensor) or not isinstance(target, torch.Tensor):
            continue
        loss, why = _loss(output, target)
        if loss:
            nn = imports.module("torch.nn", "nn")
            yield Part(name, f"{nn}.{loss}()", "a criterion", f"`{ast.unparse(call.args[1])}` holds {why}")
        return


def _loss(output: Any, target: Any) -> tuple[str, str]:
    """Of zeros and ones nothing tells whether logits or probabilities are compared with them: no loss."""
    if str(target.dtype) == "torch.int64" and output.ndim == target.ndim + 1 and output.shape[1] > int(target.max()):
        return "CrossEntropyLoss", f"classes, and the model gives {output.shape[1]} outputs"
    if target.is_floating_point() and output.shape == target.shape and not set(target.unique().tolist()) <= {0, 1}:
        return "MSELoss", "numbers of the outputs' shape"
    return "", ""


def _output(node: ast.expr, scene: Scene) -> Any:
    """The live value of a name; of `model(inputs)` what a copy of the model gives."""
    if not isinstance(node, ast.Call):
        return scene.value(node)
    model, given = scene.value(node.func), [scene.value(argument) for argument in node.args]
    if kind(model) != "torch" or any(each is None for each in given) or node.keywords:
        return None
    torch = sys.modules["torch"]
    with contextlib.suppress(Exception), torch.no_grad(), torch.random.fork_rng(devices=[]):
        return copy.deepcopy(model).eval()(*given)
    return None


MODEL = r"((my|your)_)?(model|net|network)"
PARTS: dict[str, Callable[[str, Scene, Imports], Iterator[Part]]] = {
    MODEL: _model,
    r"((my|your)_)?(optimizer|optim|opt)": _optimizer,
    r"((my|your)_)?(criterion|loss_fn|loss_func|loss_function)": _criterion,
}
"""By a whole name."""
