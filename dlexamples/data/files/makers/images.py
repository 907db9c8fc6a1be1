"""Photographs and other pictures, for whatever opens them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.data.files.making import Asking, Made, maker, shown_call
from dlexamples.data.files.pictures import is_here, picture
from dlexamples.data.refusal import CannotTell
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

SIZE = (640, 480)
"""Of a picture for which the code names no size: width and height, as of a small photograph."""
_INPUT_SHAPE = re.compile(r"\(\s*(\d{2,4}),\s*(\d{2,4}),\s*[134]\s*\)")
# What the code does to a picture of any size before a model sees it.
_RESIZES = re.compile(r"resize|target_size|Crop|image_size|thumbnail|processor|preprocess|from_pretrained", re.I)


@maker(".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")
def image(asking: Asking) -> Made:
    width, height = _size(asking.scene)
    if not is_here("PIL"):
        raise CannotTell("Pillow, which would write it, is not installed")
    return Made(
        [f'{picture(width, height, asking.imports)}.save("{asking.path}")'],
        "image",
        f"a generated picture, {width} by {height}, where the post has its own",
        Claim.SYNTHETIC,
        f"its name, and `{shown_call(asking)}`, which opens it",
        (height, width, 3),
        "uint8",
    )


def _size(scene: Scene) -> tuple[int, int]:
    """Width and height: of the model's input where nothing resizes the picture for it."""
    text = "\n".join(scene.stop.sources)
    sizes = [] if _RESIZES.search(text) else _INPUT_SHAPE.findall(text)
    return (int(sizes[0][1]), int(sizes[0][0])) if sizes else SIZE
