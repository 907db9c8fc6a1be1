"""How sets of labelled pictures are written down: the call of the post's own framework that downloads them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from math import prod
from typing import TYPE_CHECKING

from dlexamples.data.forms import Form
from dlexamples.data.live import kind
from dlexamples.data.refusal import CannotTell
from dlexamples.data.samples import taken
from dlexamples.data.sklearn_tables import targets_as_asked
from dlexamples.data.table import Table
from dlexamples.data.targets import Target, scene_framework
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.imports import Imports
    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene
    from dlexamples.data.table import Ask

CLASSES = 10
GREY, PADDED = 28, 32
"""Height and width of grey pictures, and of those that LeNet takes."""
# The code brings the pictures into its own shape and range: they are left as the loader gives them.
_PREPARES = {
    "keras": {"astype", "reshape", "expand_dims", "cast", "resize", "from_tensor_slices"},
    "torch": {"float", "div", "to_tensor"},
    "numpy": {"astype", "reshape"},
}


@dataclass(frozen=True, slots=True)
class Pictures:
    """A set of pictures in ten classes, and where it is downloaded from."""

    title: str
    of: str
    """What is in it: `handwritten digits`."""
    size: tuple[int, int, int]
    """Height, width, channels."""
    lengths: tuple[int, int]
    """Of the training part and of the test part."""
    keras: str
    """Module of `keras.datasets`."""
    torchvision: str
    """Class of `torchvision.datasets`."""
    openml: str = ""
    """Name of its first version on OpenML, as rows with the test part last; empty where it is elsewhere alone."""

    @property
    def is_coloured(self) -> bool:
        return self.size[2] > 1


@dataclass(frozen=True, slots=True)
class Held:
    """One part as its loader gives it: expressions, and what they give."""

    pixels: str
    classes: str
    shape: tuple[int, ...]
    """Of one picture."""
    library: str = "numpy"
    """`torch` where these are tensors."""


Load = Callable[[Pictures, "Scene", "Ask", "Ask"], tuple[list[str], Held, Held]]
"""The lines that download, and the training and the test part."""


def pictures(known: Pictures, need: Need, scene: Scene) -> Table:
    """The table in the shape that the model takes, scaled to 0..1 unless the code does so. Raises CannotTell."""
    framework = scene_framework(need.model, scene)
    is_prepared = framework == "numpy" or _prepares(need, framework, scene)
    shape = None if is_prepared else _shape(known, need, framework, scene)
    load, library = _loader(known, framework)

    def both(train: Ask, test: Ask) -> list[str]:
        lines, first, second = load(known, scene, train, test)
        return [*lines, *_written(train, first, shape), *_written(test, second, shape)]

    what = "{}, {:,} and {:,} {}, as {} downloads it".format(known.title, *known.lengths, known.of, library)
    return Table(
        what=what if is_prepared else f"{what}, scaled to 0..1",
        claim=Claim.REAL,
        rows=known.lengths[0],
        columns=prod(known.size),
        classes=CLASSES,
        arrays=lambda ask: both(ask, replace(ask, wants_x=False, wants_y=False)),
        batch=64,
        bunch=(lambda imports: _fetched(known, imports)) if known.openml else None,
        parted=both,
    )


def _prepares(need: Need, framework: str, scene: Scene) -> bool:
    """Whether the code scales the pictures, or brings them into shape, itself."""
    names = [wanted.name for wanted in need.wanted if wanted.form is Form.FEATURES]
    for node in (node for name in names for node in scene.reads(name)):
        match scene.parents[node]:
            case ast.BinOp(op=ast.Div()):
                return True
            case ast.Attribute(attr=attr) | ast.Call(func=ast.Attribute(attr=attr)) if attr in _PREPARES[framework]:
                return True
    return False


def _shape(known: Pictures, need: Need, framework: str, scene: Scene) -> tuple[int, ...]:
    """Of one picture, as the model takes it; as is usual in its framework where no model says so."""
    height, width, channels = known.size
    grey = [(height, width)] if channels == 1 else []
    usual = (channels, height, width) if framework == "torch" else known.size
    padded = [_resized(usual, PADDED)] if grey and kind(need.model) else []
    found = taken(need.model, [usual, *grey, (prod(known.size),), *padded], scene)
    if found is None and kind(need.model):
        shown = "x".join(map(str, known.size))
        takes = f"takes {need.asked.instead}" if need.asked.instead else "takes no images of that size"
        raise CannotTell(f"its images are {shown}, and the model {takes}")
    return found or (*grey, usual)[0]


def _loader(known: Pictures, framework: str) -> tuple[Load, str]:
    """What downloads. Raises CannotTell when no library here does."""
    if framework == "keras":
        return _of_keras, "Keras"
    if framework == "torch" and find_spec("torchvision"):
        return _of_torchvision, "torchvision"
    if known.openml:
        return _of_openml, "scikit-learn"
    if framework == "numpy":
        raise CannotTell(f"the code imports no library that downloads {known.title}")
    raise CannotTell("torchvision, which downloads it, is not installed")


def _of_keras(known: Pictures, scene: Scene, train: Ask, test: Ask) -> tuple[list[str], Held, Held]:
    """uint8 (N, H, W) and (N,) in grey, (N, H, W, C) and (N, 1) in colour."""
    pairs = [
        f"({ask.x if ask.wants_x else '_'}, {ask.y if ask.wants_y else '_'})" if ask.wants_x or ask.wants_y else "_"
        for ask in (train, test)
    ]
    shape = known.size[: 2 + known.is_coloured]
    column = "[:, 0]" if known.is_coloured and train.target is not Target.CLASSES else ""
    held = [Held(ask.x, ask.y + column, shape) for ask in (train, test)]
    return [f"{', '.join(pairs)} = {_keras(scene, train.imports)}.datasets.{known.keras}.load_data()"], held[0], held[1]


def _keras(scene: Scene, imports: Imports) -> str:
    """The name by which the post has Keras; TensorFlow's where it has none."""
    modules = ((name, value) for name, value in scene.stop.namespace.items() if inspect.ismodule(value))
    named = [name for name, value in modules if value.__name__.endswith("keras") and hasattr(value, "datasets")]
    if named:
        return named[0]
    return f"{imports.module('tensorflow', 'tf')}.keras" if "tensorflow" in scene.packages else imports.module("keras")


def _of_torchvision(known: Pictures, scene: Scene, train: Ask, test: Ask) -> tuple[list[str], Held, Held]:
    """Tensors uint8 (N, H, W) and int64 (N,) in grey; an array uint8 (N, H, W, C) and a list in colour."""
    make = train.imports.item("torchvision.datasets", known.torchvision)
    lines, parts = [], []
    for ask, part in ((train, "train"), (test, "test")):
        name = f"{known.keras}_{part}_download"
        if ask.wants_x or ask.wants_y:
            lines.append(f'{name} = {make}("data", train={part == "train"}, download=True)')
        if known.is_coloured:
            # Only tensors are made of a list as it is.
            wants_array = ask.wants_y and ask.values != "torch"
            array = f"{ask.imports.module('numpy', 'np')}.array" if wants_array else ""
            parts.append(Held(f"{name}.data", f"{array}({name}.targets)" if array else f"{name}.targets", known.size))
        else:
            parts.append(Held(f"{name}.data", f"{name}.targets", known.size[:2], "torch"))
    return lines, parts[0], parts[1]


def _of_openml(known: Pictures, scene: Scene, train: Ask, test: Ask) -> tuple[list[str], Held, Held]:
    """Rows of pixels, and digits as text."""
    rows, classes = f"{known.keras}_rows", f"{known.keras}_classes"
    lines = [f"{rows}, {classes} = {_fetched(known, train.imports, 'return_X_y=True, ')}"]
    parts = [
        Held(f"{rows}{part}", f'{classes}{part}.astype("int64")', (prod(known.size),))
        for part in (f"[:{known.lengths[0]}]", f"[{known.lengths[0]}:]")
    ]
    return lines, parts[0], parts[1]


def _fetched(known: Pictures, imports: Imports, options: str = "") -> str:
    fetch = imports.item("sklearn.datasets", "fetch_openml")
    return f'{fetch}("{known.openml}", version=1, {options}as_frame=False)'


def _written(ask: Ask, held: Held, shape: tuple[int, ...] | None) -> list[str]:
    """The lines that bring one part into shape, range and library."""
    wants_tensors, are_tensors = ask.values == "torch", held.library == "torch"
    lines = []
    if ask.wants_x:
        pixels = held.pixels if wants_tensors or not are_tensors else f"{held.pixels}.numpy()"
        if shape is not None:
            to_floats = "" if wants_tensors and are_tensors else '.astype("float32")'
            pixels = f"{pixels}{_reshaped(held.shape, _resized(shape, GREY))}{to_floats} / 255"
        if wants_tensors and not are_tensors:
            pixels = f"{ask.imports.module('torch')}.tensor({pixels})"
        lines += [f"{ask.x} = {pixels}"] if pixels != ask.x else []
        if shape and shape != _resized(shape, GREY):
            lines.append(f"{ask.x} = {_padded(ask.x, shape, ask)}")
    if ask.wants_y and wants_tensors and are_tensors and ask.target is Target.CLASSES:
        lines += [f"{ask.y} = {held.classes}"]
    elif ask.wants_y:
        lines += targets_as_asked(ask, CLASSES, f"{held.classes}.numpy()" if are_tensors else held.classes)
    return lines


def _resized(shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    """`shape` with that height and width, where it is one of a grey picture."""
    return tuple(size if length in {GREY, PADDED} else length for length in shape) if 1 in shape else shape


def _padded(pixels: str, shape: tuple[int, ...], ask: Ask) -> str:
    """With two pixels of black on each side, as LeNet takes them."""
    if ask.values == "torch":
        return f"{ask.imports.module('torch')}.nn.functional.pad({pixels}, (2, 2, 2, 2))"
    widths = ["(0, 0)", *("(0, 0)" if length == 1 else "(2, 2)" for length in shape)]
    return f"{ask.imports.module('numpy', 'np')}.pad({pixels}, ({', '.join(widths)}))"


def _reshaped(held: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """What turns pictures that are `held` so into `shape`."""
    if held == shape:
        return ""
    if len(held) == 3 and len(shape) == 3:
        return ".transpose(0, 3, 1, 2)"
    return f".reshape({', '.join(map(str, (-1, *shape)))})"
