"""CIFAR-10: 60,000 photographs, 32x32 in colour. Krizhevsky, Nair and Hinton; no licence is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.pictures import Pictures, pictures
from dlexamples.data.table import Table, shaped

if TYPE_CHECKING:
    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene

KNOWN = Pictures("CIFAR-10", "photographs", (32, 32, 3), (50_000, 10_000), "cifar10", "CIFAR10")


@shaped("cifar10", title="CIFAR-10", words={"cifar"}, spoken=r"cifar[ _-]?10(?!0)")
def cifar10(need: Need, scene: Scene) -> Table:
    return pictures(KNOWN, need, scene)
