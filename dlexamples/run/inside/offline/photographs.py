"""Invented pictures in the place of photographs: larger ones, of sizes of their own, with masks."""

from __future__ import annotations

import io
from typing import Any

from .images import made_up

SMALL, GRAIN = 64, 4
"""Pictures with a longer side are made up of dots of this many pixels a side."""
SIDE, ODD = 192, 8
"""The longest side of pictures that have no common size, and in what their sides differ: they do not make a batch."""
Shape = tuple[int | None, int | None, int]


def pictures(shape: Shape, kinds: int, count: int, seed: int) -> tuple[Any, list[Any]]:
    """Kinds, and (height, width, channels) uint8 each; a side of None differs from picture to picture."""
    height, width, channels = shape
    side = max(height or SIDE, width or SIDE)
    grain = 1 if side <= SMALL else GRAIN
    made = made_up(kinds, count, -(-side // grain), channels, seed)
    images = made.images.reshape(*made.images.shape[:3], channels).repeat(grain, 1).repeat(grain, 2)
    return made.labels, [
        image[: height or SIDE - ODD * (number % 3), : width or SIDE - ODD * (number % 4)]
        for number, image in enumerate(images)
    ]


def outlined(image: Any) -> Any:
    """A mask (height, width, 1): 1 in a disc, in which the picture is made brighter; 2 around it; 3 on its edge."""
    import numpy as np

    rows, columns = (np.linspace(-1, 1, side) for side in image.shape[:2])
    distance = np.hypot(rows[:, None], columns)
    image[distance < 0.6] = 155 + image[distance < 0.6] // 3
    mask = np.where(distance < 0.55, 1, np.where(distance < 0.6, 3, 2)).astype(np.uint8)
    return mask[..., None]


def encoded(image: Any, kind: str) -> bytes:
    """As a file of the kind `JPEG` or `PNG`; one channel is grey."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(file, kind)
    return file.getvalue()
