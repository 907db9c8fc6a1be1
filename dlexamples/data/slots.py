"""What each missing name is for the model that it goes into, whatever it is called: an input, the targets, a loader."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.flow import Batch, Key, batch, compared, fed
from dlexamples.data.live import kind
from dlexamples.data.names import said
from dlexamples.data.scene import last_name
from dlexamples.data.training_calls import FIT, PREDICT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

TARGET = "the targets"
"""The key of what is compared with the output."""
UNREAD, UNKNOWN = "nothing", "something"
"""The keys of elements of a batch that the code does not read, and of those that go into no model and no loss."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One missing name."""

    name: str
    model: Any
    keys: tuple[Key, ...]
    """Which input of the model it is, or TARGET; of a loader, one for each element of a batch."""
    reads: tuple[tuple[Key, tuple[ast.expr, ...]], ...]
    """Where the code reads the data of each key."""
    batch: Batch | None = None
    """Of a loader."""
    is_dataset: bool = False
    """The code makes the loader itself."""
    goes_elsewhere: bool = False
    """Some of it goes into another model."""

    @property
    def is_regular(self) -> bool:
        """Whether arrays of one input and the targets, or a loader of pairs, would do."""
        if self.batch is None:
            return self.keys[0] in {0, TARGET}
        return not (self.batch.is_dict or self.batch.alone) and self.keys == (0, TARGET)

    @property
    def is_pair(self) -> bool:
        """Whether the rows of a data set would do, whatever it is: the targets may go unread."""
        is_tuple = self.batch is None or not (self.batch.is_dict or self.batch.alone)
        return self.is_regular or (is_tuple and self.keys == (0, UNREAD))


def slot(name: str, scene: Scene) -> Slot | None:
    """What the name is for a live model; None where it goes into none."""
    reads: list[ast.expr] = [*scene.reads(name)]
    loader = batch(name, scene)
    if loader is not None:
        return _of_batch(name, loader, scene, is_dataset=False)
    own = _own_loader(name, scene)
    if own and (loader := batch(own, scene)) is not None:
        return _of_batch(name, loader, scene, is_dataset=True)
    found = _role(reads, scene)
    return Slot(name, found[0], (found[1],), ((found[1], tuple(reads)),)) if found else None


def parameter(model: Any, key: Key) -> str:
    """What the torch model calls the input."""
    if isinstance(key, str):
        return key
    names = list(inspect.signature(model.forward).parameters)
    return names[key] if key < len(names) else ""


def position(model: Any, key: Key) -> int | None:
    """Which input of the model it is, from 0."""
    if isinstance(key, int):
        return key
    if kind(model) == "keras":
        names = [each.name for each in model.inputs or ()]
    else:
        names = list(inspect.signature(model.forward).parameters)
    return names.index(key) if key in names else None


def _own_loader(name: str, scene: Scene) -> str:
    """The loader that the code makes of it: `loader` of `loader = DataLoader(data)`."""
    for node in scene.reads(name):
        call = scene.parents[node]
        if isinstance(call, ast.Call) and last_name(call.func) == "DataLoader":
            match scene.parents[call]:
                case ast.Assign(targets=[ast.Name(id=own)]):
                    return own
    return ""


def _of_batch(name: str, loader: Batch, scene: Scene, *, is_dataset: bool) -> Slot | None:
    roles = {key: _role(reads, scene) for key, reads in loader.reads.items()}
    models = [found[0] for found in roles.values() if found]
    if not models:
        return None
    keys = tuple(
        found[1] if found else UNKNOWN if loader.reads[element] else UNREAD for element, found in roles.items()
    )
    if TARGET not in keys and keys[-1] == UNKNOWN:
        keys = (*keys[:-1], TARGET)
    reads = tuple((found[1], tuple(loader.reads[key])) for key, found in roles.items() if found)
    others = tuple(model for model in models if model is not models[0])
    return Slot(name, models[0], keys, reads, loader, is_dataset, goes_elsewhere=bool(others))


def _role(reads: list[ast.expr], scene: Scene) -> tuple[Any, Key] | None:
    """The model, and which of its inputs it is, or TARGET."""
    if found := fed(reads, scene):
        return found
    for node in reads:
        for found in _fitted(node, scene):
            return found
    pair = compared(reads, scene)
    return (pair[2], TARGET) if pair else None


def _fitted(node: ast.expr, scene: Scene) -> Iterator[tuple[Any, Key]]:
    """As Keras is given it: `fit([a, b], y)`, `fit({"a": a}, y)`, `validation_data=([a, b], y)`."""
    inner, key = _in_container(node, scene)
    parent = scene.parents[inner]
    if isinstance(parent, ast.Tuple) and isinstance(scene.parents[parent], ast.keyword):
        is_input, call = parent.elts.index(inner) == 0, scene.parents[scene.parents[parent]]
    elif isinstance(parent, ast.keyword):
        is_input, call = parent.arg == "x", scene.parents[parent]
        if parent.arg not in {"x", "y"}:
            return
    elif isinstance(parent, ast.Call) and inner in parent.args[:2]:
        is_input, call = parent.args.index(inner) == 0, parent
    else:
        return
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in FIT | PREDICT:
        model = scene.value(call.func.value)
        if kind(model) == "keras":
            yield model, key if is_input else TARGET


def _in_container(node: ast.expr, scene: Scene) -> tuple[ast.expr, Key]:
    """The list or dictionary that it stands in, and where."""
    match scene.parents[node]:
        case ast.List(elts=elements) as whole:
            return whole, elements.index(node)
        case ast.Dict(keys=keys, values=values) as whole:
            key = keys[values.index(node)]
            return whole, str(key.value) if isinstance(key, ast.Constant) else 0
    return node, 0


def slots(name: str, scene: Scene) -> list[Slot]:
    """Those of `name` and of every other missing name that goes into the same model."""
    own = slot(name, scene)
    if own is None:
        return []
    others = (slot(other, scene) for other in scene.free if other != name)
    return [own, *(other for other in others if other and other.model is own.model)]


def speaks_of_a_set(name: str, subjects: frozenset[str]) -> bool:
    spoken = said(name, subjects)
    return bool(spoken and spoken.words)
