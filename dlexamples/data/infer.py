"""What the code around a missing name asks for."""

from __future__ import annotations

import ast
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.asked import Asked, asked
from dlexamples.data.consumers import CONVERSIONS, forms
from dlexamples.data.forms import ARRAYS, EVERY, PREFERENCE, Form, Wanted
from dlexamples.data.live import kind
from dlexamples.data.names import Kind, said
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name
from dlexamples.data.slots import slot
from dlexamples.data.targets import scene_framework
from dlexamples.data.unserved import UNUSED, unserved
from dlexamples.data.widths import Width, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

_BOTH = {Form.PAIRS, Form.MAP_DATASET}


@dataclass(frozen=True, slots=True)
class Need:
    """Everything that is asked of the data, before a data set is chosen for it."""

    wanted: tuple[Wanted, ...]
    """The missing names that come from one data set, the one that stopped the session first."""
    values: str
    """`torch`, `numpy` or `raw`, as in `Ask`."""
    width: Width | None
    model: Any
    """The live model that is fed, or None."""
    asked: Asked


def need(names: tuple[str, ...], subjects: frozenset[str], scene: Scene) -> Need:
    """What `names` have to hold. Raises CannotTell."""
    first, *others = names
    wanted = [_wanted(first, subjects, scene)]
    for name in others:
        with contextlib.suppress(CannotTell):
            wanted.append(_wanted(name, subjects, scene))
    model = _model(names, scene)
    model_asked = asked(model)
    return Need(
        wanted=tuple(wanted),
        values=_values(tuple(wanted), model, scene),
        width=width(model, model_asked, scene),
        model=model,
        asked=model_asked,
    )


def _wanted(name: str, subjects: frozenset[str], scene: Scene) -> Wanted:
    """The form for `name`: what it says narrows what its uses take."""
    spoken = said(name, subjects)
    taken = forms(name, scene)
    part = spoken.part if spoken else ""
    if not taken:
        raise CannotTell(unserved(name, scene))
    if spoken and spoken.kind is Kind.FEATURES and taken & ARRAYS:
        return Wanted(name, Form.FEATURES, part)
    if spoken and spoken.kind is Kind.TARGETS and taken & ARRAYS:
        return Wanted(name, Form.TARGETS, part)
    if spoken and spoken.kind is Kind.LOADER:
        taken &= {Form.LOADER if scene.framework == "torch" else Form.KERAS_BATCHES}
    elif spoken and spoken.kind is not Kind.WHOLE:
        taken = frozenset()
    elif taken == EVERY or (taken & _BOTH and taken & ARRAYS):
        raise CannotTell(UNUSED)
    if not taken:
        meant = spoken.kind.value if spoken else ""
        raise CannotTell(f"by its name it holds {meant}, and the code uses it as something else")
    return Wanted(name, next(form for form in PREFERENCE if form in taken), part)


def _model(names: tuple[str, ...], scene: Scene) -> Any:
    """The live model that is fed: as the code shows it, of a statement that uses the names, or the only one."""
    for name in names:
        if (found := slot(name, scene)) is not None:
            return found.model
    statements = [scene.statement, *(_statement_of(node, scene) for name in names for node in scene.reads(name))]
    live = scene.live
    for statement in statements:
        read = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
        models = _distinct(live.get(name) for name in read)
        if models:
            return models[0]
    models = _distinct(iter(live.values()))
    return models[0] if len(models) == 1 else None


def _distinct(values: Iterator[Any]) -> list[Any]:
    models = {id(value): value for value in values if kind(value) in {"torch", "keras"}}
    return list(models.values())


def _statement_of(node: ast.AST, scene: Scene) -> ast.AST:
    return next(up for up in scene.ancestors(node) if isinstance(up, ast.stmt))


def _values(wanted: tuple[Wanted, ...], model: Any, scene: Scene) -> str:
    """Tensors for torch, unless the code itself makes them; plain arrays for Keras; as they come for the rest."""
    framework = scene_framework(model, scene)
    if framework == "numpy":
        return "raw"
    tensors = {Form.LOADER, Form.MAP_DATASET}
    if framework != "torch" and not any(w.form in tensors for w in wanted):
        return "numpy"
    arrays = [w.name for w in wanted if w.form in ARRAYS]
    return "numpy" if any(_is_array(name, scene) for name in arrays) else "torch"


def _is_array(name: str, scene: Scene) -> bool:
    """Whether the code converts `name` itself, or hands it to scikit-learn."""
    parents = [scene.parents[node] for node in scene.reads(name)]
    if any(isinstance(parent, ast.Attribute) and parent.attr in {"astype", "to_numpy"} for parent in parents):
        return True
    calls = [parent for parent in parents if isinstance(parent, ast.Call)]
    if any(last_name(call.func) in CONVERSIONS or _is_estimators(call, scene) for call in calls):
        return True
    # What is split first is converted afterwards.
    return any(last_name(call.func) == "train_test_split" for call in calls) and _converts(scene)


def _is_estimators(call: ast.Call, scene: Scene) -> bool:
    return isinstance(call.func, ast.Attribute) and kind(scene.value(call.func.value)) == "estimator"


def _converts(scene: Scene) -> bool:
    calls = (node for tree in scene.trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(last_name(call.func) in CONVERSIONS for call in calls)
