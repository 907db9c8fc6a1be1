"""Fashion-MNIST: 70,000 pictures of clothes, 28x28 in grey. Zalando SE; MIT licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.pictures import Pictures, pictures
from dlexamples.data.table import Table, shaped

if TYPE_CHECKING:
    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene

KNOWN = Pictures("Fashion-MNIST", "pictures of clothes", (28, 28, 1), (60_000, 10_000), "fashion_mnist", "FashionMNIST")


@shaped("fashion-mnist", title="Fashion-MNIST", words={"fashion", "mnist"}, spoken=r"fashion[ _-]?mnist(?![a-z])")
def fashion_mnist(need: Need, scene: Scene) -> Table:
    return pictures(KNOWN, need, scene)
