"""Values for the features of a data set of tensorflow_datasets: they follow from the row's kind, which is its class
where it has one, so that a model can learn it."""

from __future__ import annotations

import random
import zlib
from typing import Any, NamedTuple

from .likely import choice, place, sign
from .photographs import SIDE, SMALL, outlined, pictures
from .words import PEOPLE, PLACES, THINGS

Features = Any
KINDS = 7
"""Of rows without a class."""
PICTURES, SMALL_PICTURES = 240, 1_000
IDENTITIES = 997
"""A prime: identities are multiples of the row's number, and none of them is left out."""
UNIT = (0.0, 1.0)
RANGES = {
    "age": (1, 80), "fare": (5, 300), "parch": (0, 4), "sibsp": (0, 4), "body": (-1, 300), "price": (330, 18_800),
    "quality": (3, 9), "user_rating": (1, 5), "raw_user_age": (7, 73), "bucketized_user_age": (1, 56),
    "timestamp": (874_724_710, 893_286_638), "body_mass_g": (2_700, 6_300), "culmen_depth_mm": (13.1, 21.5),
    "culmen_length_mm": (32.1, 59.6), "flipper_length_mm": (172, 231), "alcohol": (8, 14.9), "density": (0.987, 1.04),
    "pH": (2.7, 4), "carat": (0.2, 5), "depth": (43, 79), "table": (43, 95), "total sulfur dioxide": (6, 440),
}  # fmt: skip
"""Of the published columns; of others, 0 to 10."""


class Shape(NamedTuple):
    """What a data set's rows look like."""

    features: Features
    """By name; those of the top level."""
    label: str
    """The column of the class, or of the number, that is to be learned; empty where there is none."""
    kinds: int

    @classmethod
    def of(cls, info: Any) -> Shape:
        features, keys = dict(info.features.items()), info.supervised_keys
        classes = [name for name, feature in features.items() if hasattr(feature, "num_classes")]
        label = keys[-1] if keys and isinstance(keys[-1], str) else next(iter(classes), "")
        return cls(features, label, getattr(features.get(label), "num_classes", KINDS))

    def drawn(self, count: int, seed: int) -> tuple[Any, dict[str, Any]]:
        """The kinds of at most `count` rows, and their pictures by column."""
        import numpy as np

        columns = {name: feature.shape for name, feature in self.features.items() if is_picture(feature)}
        if not columns:
            return np.random.default_rng(seed).permutation(np.arange(count) % self.kinds), {}
        [(first, shape), *others] = columns.items()
        most = SMALL_PICTURES if max(side or SIDE for side in shape[:2]) <= SMALL else PICTURES
        labels, held = pictures(shape, self.kinds, min(count, max(most, 2 * self.kinds)), seed)
        return labels, {first: held} | {name: list(map(outlined, held)) for name, _ in others}


def is_picture(feature: Any) -> bool:
    from tensorflow_datasets import features as library

    return isinstance(feature, library.Image)


class Row(NamedTuple):
    number: int
    kind: int
    shape: Shape
    draw: random.Random
    pictures: dict[str, Any]


def value(name: str, feature: Any, row: Row) -> Any:
    """As `feature.encode_example` takes it."""
    from tensorflow_datasets import features as library

    if isinstance(feature, library.FeaturesDict):
        return {each: value(each, held, row) for each, held in feature.items()}
    if isinstance(feature, library.Sequence):
        return [value(name, feature.feature, row) for _ in range(1 + row.number % 2)]
    if isinstance(feature, library.Image):
        return row.pictures[name]
    if isinstance(feature, library.BBoxFeature):
        return library.BBox(ymin=0.2, xmin=0.2, ymax=0.8, xmax=0.8)
    if isinstance(feature, library.ClassLabel):
        others = tuple(range(feature.num_classes))
        return row.kind if name == row.shape.label else choice(others, row.kind, row.shape.kinds, row.draw)
    if isinstance(feature, library.Text) or feature.np_dtype in (object, str):
        return _text(name, row)
    return _numbers(name, feature, row)


def _text(name: str, row: Row) -> str:
    whose, _, what = name.rpartition("_")
    identity = row.number * (zlib.crc32(whose.encode()) % (IDENTITIES - 1) + 1) % IDENTITIES
    if name.endswith("id"):
        return str(identity)
    if "file" in name:
        return f"{row.number}.jpg"
    if what == "title":
        return f"The {THINGS[identity % len(THINGS)].title()} {identity}"
    return row.draw.choice(PEOPLE if what in ("name", "user") else PLACES)


def _numbers(name: str, feature: Any, row: Row) -> Any:
    import numpy as np

    low, high = RANGES.get(name, UNIT if feature.shape else (0, 10))
    dtype = np.dtype(feature.np_dtype)
    if dtype.kind == "b":
        return sign(f"{name}{row.kind}") > 0
    places = [_place(f"{name}{index}", name == row.shape.label, row) for index in range(int(np.prod(feature.shape)))]
    numbers = low + (high - low) * np.array(places)
    held = (numbers if dtype.kind == "f" else numbers.round()).astype(dtype).reshape(feature.shape)
    return held if feature.shape else held.item()


def _place(name: str, is_label: bool, row: Row) -> float:
    """In its range, from 0 to 1; exactly, where it is what is asked for."""
    kinds = row.shape.kinds
    return row.kind / (kinds - 1) if is_label else place(name, row.kind, kinds, row.draw)
