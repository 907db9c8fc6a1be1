"""MNIST: 70,000 handwritten digits, 28x28 in grey. LeCun and Cortes; CC BY-SA 3.0, as commonly given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.pictures import Pictures, pictures
from dlexamples.data.table import Table, shaped

if TYPE_CHECKING:
    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene

KNOWN = Pictures("MNIST", "handwritten digits", (28, 28, 1), (60_000, 10_000), "mnist", "MNIST", "mnist_784")


@shaped("mnist", title="MNIST", words={"mnist"}, spoken=r"(?<![a-z])(?<!fashion[ _-])mnist(?![a-z])")
def mnist(need: Need, scene: Scene) -> Table:
    return pictures(KNOWN, need, scene)
