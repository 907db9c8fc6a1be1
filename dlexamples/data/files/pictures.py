"""A picture with shapes in it that one expression makes, the same each time."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlexamples.data.imports import Imports


def picture(width: int | str, height: int | str, imports: Imports, extent: str = "(-2, -1.5, 1, 1.5)") -> str:
    """An expression for a PIL image, RGB: the Mandelbrot set, in greys, with edges and an object in the middle.

    Pillow makes it without numpy and without a random number.
    """
    image = imports.item("PIL", "Image")
    return f'{image}.effect_mandelbrot(({width}, {height}), {extent}, 25).convert("RGB")'


def is_here(package: str) -> bool:
    """Whether a package can be imported; it is not."""
    return find_spec(package) is not None
