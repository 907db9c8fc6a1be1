"""The archives of CIFAR-10 and CIFAR-100 as they are published: pickles of Python 2, a row a picture."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Iterator
from typing import Any

from . import images
from .remote import Data, Remote, lies_at

DISTINCT = 3_000
SHAPE = (60_000, 32, 32, 3)


def _data(name: str) -> Data:
    why = f"{DISTINCT:,} invented pictures in which each class has a pattern of its own, repeated; no photographs"
    return Data(name, "synthetic", why, SHAPE, "uint8")


@lies_at("cifar-10-python")
def cifar10(url: re.Match[str]) -> Remote:
    return Remote(_data("cifar10"), _cifar10())


def _cifar10() -> Iterator[tuple[str, bytes]]:
    folder = "cifar-10-batches-py"
    for name, rows, labels, number in _batches(10, [10_000] * 6):
        batch = f"{name} batch {number} of 5"
        file = f"data_batch_{number}" if name == "training" else "test_batch"
        yield f"{folder}/{file}", pickled({"batch_label": batch, "labels": labels, "data": rows})
    yield (
        f"{folder}/batches.meta",
        pickled({"num_cases_per_batch": 10_000, "label_names": images.names("cifar10"), "num_vis": 3_072}),
    )


@lies_at("cifar-100-python")
def cifar100(url: re.Match[str]) -> Remote:
    return Remote(_data("cifar100"), _cifar100())


def _cifar100() -> Iterator[tuple[str, bytes]]:
    folder, groups = "cifar-100-python", images.names("cifar100")
    fine, coarse = sorted(name for group in groups.values() for name in group), sorted(groups)
    coarse_of = [next(number for number, group in enumerate(coarse) if name in groups[group]) for name in fine]
    for name, rows, labels, _ in _batches(100, [50_000, 10_000]):
        held = {"fine_labels": labels, "coarse_labels": [coarse_of[label] for label in labels], "data": rows}
        yield f"{folder}/{name.removesuffix('ing')}", pickled({"batch_label": f"{name} batch 1 of 1", **held})
    yield f"{folder}/meta", pickled({"fine_label_names": fine, "coarse_label_names": coarse})


def _batches(classes: int, sizes: list[int]) -> Iterator[tuple[str, Any, list[int], int]]:
    """Name, rows (N, 3072), labels, number; the last is for the test and has pictures of its own."""
    made = images.made_up(classes, DISTINCT, 32, 3)
    rows = made.images.transpose(0, 3, 1, 2).reshape(DISTINCT, -1)
    first = DISTINCT * 5 // 6
    for number, size in enumerate(sizes, 1):
        test = number == len(sizes)
        mine = slice(first, None) if test else slice(first)
        part = images.Labelled(rows[mine], made.labels[mine]).resampled(size, number)
        yield "testing" if test else "training", part.images, part.labels.tolist(), 1 if test else number


def pickled(what: dict[str, Any]) -> bytes:
    """Text becomes a string of Python 2, which `encoding="bytes"` and `encoding="latin1"` read as in the original."""
    file = io.BytesIO()
    pickler: Any = pickle._Pickler(file, protocol=3)

    def save_text(pickler: Any, text: str) -> None:
        held = text.encode("latin1")
        pickler.write(pickle.SHORT_BINSTRING + bytes([len(held)]) + held)
        pickler.memoize(text)

    pickler.dispatch = {**pickler.dispatch, str: save_text}
    pickler.dump(what)
    return file.getvalue()
