"""Oxford's 102 flowers and its pets: the archives as they are published, with invented pictures."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from typing import Any

from .photographs import encoded, outlined, pictures
from .remote import Data, Remote, lies_at

WHY = "{} invented pictures in which each {} has a pattern of its own, repeated; no photographs"
FLOWERS, SPECIES, DISTINCT_FLOWERS = 8_189, 102, 408
A_SPECIES = 10
"""Pictures of each for training, and as many for validation: the others are for the test."""
FLOWER_DATA = Data("flowers102", "synthetic", WHY.format(DISTINCT_FLOWERS, "flower"), (FLOWERS,))
CATS = (
    "Abyssinian", "Bengal", "Birman", "Bombay", "British_Shorthair", "Egyptian_Mau", "Maine_Coon", "Persian",
    "Ragdoll", "Russian_Blue", "Siamese", "Sphynx",
)  # fmt: skip
DOGS = (
    "american_bulldog", "american_pit_bull_terrier", "basset_hound", "beagle", "boxer", "chihuahua",
    "english_cocker_spaniel", "english_setter", "german_shorthaired", "great_pyrenees", "havanese",
    "japanese_chin", "keeshond", "leonberger", "miniature_pinscher", "newfoundland", "pomeranian", "pug",
    "saint_bernard", "samoyed", "scottish_terrier", "shiba_inu", "staffordshire_bull_terrier", "wheaten_terrier",
    "yorkshire_terrier",
)  # fmt: skip
BREEDS = sorted([*CATS, *DOGS], key=str.lower)
PETS = {"trainval": 3_680, "test": 3_669}
DISTINCT_PETS = 4
"""Of a breed."""
PET_DATA = Data("oxford-iiit-pet", "synthetic", WHY.format(DISTINCT_PETS * len(BREEDS), "breed"), (sum(PETS.values()),))


@lies_at(r"~vgg/data/flowers/102/102flowers")
def flowers(url: re.Match[str]) -> Remote:
    def files() -> Iterator[tuple[str, bytes]]:
        kinds, held = pictures((None, None, 3), SPECIES, DISTINCT_FLOWERS, 0)
        of: dict[int, list[bytes]] = {}
        for kind, image in zip(kinds, held, strict=True):
            of.setdefault(int(kind), []).append(encoded(image, "JPEG"))
        for number in range(FLOWERS):
            mine = of[number % SPECIES]
            yield f"jpg/image_{number + 1:05}.jpg", mine[number // SPECIES % len(mine)]

    return Remote(FLOWER_DATA, files())


@lies_at(r"~vgg/data/flowers/102/(imagelabels|setid)\.mat")
def flower_lists(url: re.Match[str]) -> Remote:
    """`labels` from 1; `trnid`, `valid` and `tstid` number the pictures from 1."""
    import numpy as np

    numbers = np.arange(FLOWERS)
    train, valid, test = np.split(numbers + 1, [A_SPECIES * SPECIES, 2 * A_SPECIES * SPECIES])
    ids = {"trnid": train, "valid": valid, "tstid": test}
    held = {"labels": numbers % SPECIES + 1} if url[1] == "imagelabels" else ids
    return Remote(FLOWER_DATA, [(f"{url[1]}.mat", _mat(held))])


@lies_at(r"~vgg/data/pets/data/(images|annotations)")
def pets(url: re.Match[str]) -> Remote:
    return Remote(PET_DATA, _images() if url[1] == "images" else _annotations())


def _images() -> Iterator[tuple[str, bytes]]:
    held = [(encoded(image, "JPEG"), kind) for image, _, kind in _drawn()]
    for name, number in _named():
        yield f"images/{name}.jpg", held[number][0]


def _annotations() -> Iterator[tuple[str, bytes]]:
    masks = [encoded(mask, "PNG") for _, mask, _ in _drawn()]
    named = list(_named())
    for name, number in named:
        yield f"annotations/trimaps/{name}.png", masks[number]
    lines = []
    for name, number in named:
        breed = BREEDS[number % len(BREEDS)]
        species, place = (1, CATS.index(breed)) if breed in CATS else (2, DOGS.index(breed))
        lines.append(f"{name} {number % len(BREEDS) + 1} {species} {place + 1}\n")
    yield "annotations/trainval.txt", "".join(lines[: PETS["trainval"]]).encode()
    yield "annotations/test.txt", "".join(lines[PETS["trainval"] :]).encode()
    yield "annotations/list.txt", "".join(lines).encode()


def _drawn() -> list[tuple[Any, Any, int]]:
    """Pictures with their masks, in the order of the breeds, again and again."""
    kinds, held = pictures((None, None, 3), len(BREEDS), DISTINCT_PETS * len(BREEDS), 0)
    of: dict[int, list[Any]] = {}
    for kind, image in zip(kinds, held, strict=True):
        of.setdefault(int(kind), []).append(image)
    rounds = itertools.product(range(DISTINCT_PETS), range(len(BREEDS)))
    return [(of[kind][number], outlined(of[kind][number]), kind) for number, kind in rounds]


def _named() -> Iterator[tuple[str, int]]:
    """The names of the pictures, and which of the distinct ones each is."""
    for number in range(sum(PETS.values())):
        distinct = number % (DISTINCT_PETS * len(BREEDS))
        yield f"{BREEDS[distinct % len(BREEDS)]}_{number // len(BREEDS) + 1}", distinct


def _mat(arrays: dict[str, Any]) -> bytes:
    import scipy.io

    file = io.BytesIO()
    scipy.io.savemat(file, {name: array[None] for name, array in arrays.items()})
    return file.getvalue()
