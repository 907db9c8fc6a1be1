"""A photograph: a Chinese temple, 640x427 in colour, uint8 (427, 640, 3).

By danielbuechele (flickr.com/photos/danielbuechele/6061409035), CC BY 2.0; shipped with scikit-learn.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dlexamples.data.live import kind
from dlexamples.data.refusal import CannotTell
from dlexamples.data.samples import sample
from dlexamples.data.scene import last_name
from dlexamples.data.things import Thing, Uses, thing
from dlexamples.data.training_calls import PREDICT
from dlexamples.model import Claim

if TYPE_CHECKING:
    from typing import Any

WHAT = "a photograph, china.jpg of scikit-learn, by danielbuechele, CC BY 2.0"
_PIL = {"convert", "crop", "rotate", "thumbnail", "save", "show", "mode", "getpixel", "filter", "resize", "getbands"}
_ARRAY = {"shape", "dtype", "astype", "reshape", "ndim", "mean", "max", "min"}
_SHOWN = {"imshow", "zeros_like", "ones_like", "array", "asarray", "cvtColor", "expand_dims", "GaussianBlur", "Canny"}
_OF_IMAGES = {"cv2", "skimage", "scipy"}


@thing("photograph", names=r"((original|input|sample|test|my|content|source|raw|color)_?)?(image|img|photo|picture)")
def photograph(uses: Uses) -> Thing | None:
    """As the model takes it; as Pillow's where the code asks Pillow's methods of it; else as an array."""
    load = uses.imports.item("sklearn.datasets", "load_sample_image")
    pixels, name = f'{load}("china.jpg")', uses.name
    if model := _fed(uses):
        height, width = _size(model, uses)
        if kind(model) == "keras":
            tf = uses.imports.module("tensorflow", "tf")
            lines = [f"{name} = {tf}.image.resize({pixels}[None] / 255, ({height}, {width}))"]
        else:
            lines = _tensor(uses, pixels, (height, width))
        return _photograph(name, lines, "the model takes an image", ", scaled to 0..1")
    if uses.attributes & _PIL or any(_takes_pictures(call, uses) for call in uses.calls):
        image = uses.imports.item("PIL", "Image")
        return Thing(
            (name,), [f"{name} = {image}.fromarray({pixels})"], WHAT, Claim.STAND_IN, "the code uses it as Pillow's"
        )
    if _is_array(uses):
        return _photograph(name, [f"{name} = {pixels}"], "the code uses it as an array of pixels")
    return None


def _photograph(name: str, lines: list[str], why: str, how: str = "") -> Thing:
    return Thing((name,), lines, f"{WHAT}{how}", Claim.STAND_IN, f"{why}; by danielbuechele, CC BY 2.0")


def _fed(uses: Uses) -> Any:
    """The live model that is called with it, or asked to predict from it; else None."""
    for call in uses.calls:
        called = uses.scene.value(call.func)
        if kind(called) in {"torch", "keras"}:
            return called
        if isinstance(call.func, ast.Attribute) and call.func.attr in PREDICT:
            owner = uses.scene.value(call.func.value)
            if kind(owner) in {"torch", "keras"}:
                return owner
    return None


def _size(model: Any, uses: Uses) -> tuple[int, int]:
    """Height and width that the model takes. Raises CannotTell for a model that takes no image in colour."""
    found = sample(model, uses.scene)
    shape = found.shape if found else ()
    is_first = kind(model) == "torch"
    if found is None or len(shape) != 3 or shape[0 if is_first else 2] != 3:
        takes = found.why if found else "the model takes no image"
        raise CannotTell(f"{takes}, and the photograph at hand is in colour")
    height, width = shape[1:] if is_first else shape[:2]
    return height, width


def _tensor(uses: Uses, pixels: str, size: tuple[int, int]) -> list[str]:
    torch, name = uses.imports.module("torch"), uses.name
    return [
        f"{name} = {torch}.tensor({pixels}).permute(2, 0, 1)[None] / 255",
        f"{name} = {torch}.nn.functional.interpolate({name}, size={size})",
    ]


def _takes_pictures(call: ast.Call, uses: Uses) -> bool:
    """A transform of torchvision, or a processor of transformers."""
    called = type(uses.scene.value(call.func))
    home = called.__module__.partition(".")[0]
    return home == "torchvision" or (home == "transformers" and called.__name__.endswith(("Processor", "Extractor")))


def _is_array(uses: Uses) -> bool:
    called = any(isinstance(call.func, ast.Attribute) and _home(call.func) in _OF_IMAGES for call in uses.calls)
    sliced = any(isinstance(key, ast.Tuple | ast.Slice) for key in uses.keys)
    return bool(called or sliced or uses.attributes & _ARRAY or uses.callees & _SHOWN)


def _home(function: ast.Attribute) -> str:
    """`cv2` of `cv2.cvtColor`, `tf` of `tf.image.resize`."""
    inner: ast.expr = function
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return last_name(inner)
