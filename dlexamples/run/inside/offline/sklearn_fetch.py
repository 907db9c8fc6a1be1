"""scikit-learn's fetch_*: what they would download is put where they keep it, in the form in which they do.

Their own code goes on from there: parts, categories, frames. `fetch_openml` gets its whole answer for MNIST; what it
asks for other tables is answered by `openml_answers`.
"""

from __future__ import annotations

import functools
import inspect
import os
import pickle
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

from . import (
    beneath,
    connections,
    faces_of_people,
    housing,
    images,
    made_here,
    mnist,
    newswires,
    openml_tables,
    remote,
    species,
)
from .remote import Data
from .reviews import drawn

Kept = dict[str, Callable[[BinaryIO], object]]
"""By path in the folder of scikit-learn's data: what writes the file."""
INVENTED = "invented: each class has words of its own, put among frequent ones"
NEWS = Data("20newsgroups", "synthetic", f"18,846 texts, {INVENTED}; no real messages", (18_846,), "str")
FACES = Data(
    "olivetti-faces",
    "synthetic",
    "400 invented images, 10 a pattern; no photographs of faces",
    (400, 64, 64),
    "float32",
)
FOREST = Data(
    "covtype",
    "synthetic",
    "581,012 invented rows with the original's columns; the cover follows from them",
    (581_012, 54),
)
NEWS_LENGTHS = {
    "train": (480, 584, 591, 590, 578, 593, 585, 594, 598, 597, 600, 595, 591, 594, 593, 599, 546, 564, 465, 377),
    "test": (319, 389, 394, 392, 385, 395, 390, 396, 398, 397, 399, 396, 393, 396, 394, 398, 364, 376, 310, 251),
}
COVERS = (211_840, 283_301, 35_754, 2_747, 9_493, 17_367, 20_510)
"""Rows of the covers 1 to 7."""


@beneath("sklearn.datasets")
def fetched(datasets: Any) -> None:
    for name, data, make in (
        ("fetch_california_housing", housing.CALIFORNIA, california),
        ("fetch_20newsgroups", NEWS, newsgroups),
        ("fetch_20newsgroups_vectorized", NEWS, newsgroups),
        ("fetch_olivetti_faces", FACES, faces),
        ("fetch_covtype", FOREST, covers),
        ("fetch_species_distributions", species.SPECIES, distributions),
    ):
        setattr(datasets, name, _kept(getattr(datasets, name), data, make))
    for name, answer in (
        ("fetch_lfw_people", faces_of_people.people),
        ("fetch_lfw_pairs", faces_of_people.pairs),
        ("fetch_rcv1", newswires.rcv1),
    ):
        setattr(datasets, name, _answered(getattr(datasets, name), answer))
    datasets.fetch_openml = _openml(datasets.fetch_openml)


def _kept(fetch: Any, data: Data, make: Callable[[], Kept]) -> Any:
    """`fetch`, which finds what it would have kept of a download, unless it is told not to download."""

    @functools.wraps(fetch)
    def fetch_here(*arguments: Any, **options: Any) -> Any:
        from sklearn.datasets import get_data_home

        home = get_data_home(options.get("data_home"))
        files = make()
        paths = [os.path.join(home, name) for name in files]
        if options.get("download_if_missing", True) and not any(map(os.path.exists, paths)):
            for path, dump in zip(paths, files.values(), strict=True):
                with remote.written(path, data) as file:
                    dump(file)
        remote.stands_in(paths[0], f"sklearn.datasets.{fetch.__name__}")
        return fetch(*arguments, **options)

    return fetch_here


@beneath("sklearn.datasets._kddcup99")
def read(module: Any) -> None:
    module._fetch_brute_kddcup99 = _one_in_ten(module._fetch_brute_kddcup99)


def _answered(fetch: Any, answer: Callable[[str, dict[str, Any]], Any]) -> Any:
    """What `answer` makes of the arguments, defaults included: the files would take minutes to write and to read."""
    signature = inspect.signature(fetch)

    @functools.wraps(fetch)
    def fetch_here(*arguments: Any, **options: Any) -> Any:
        given = signature.bind(*arguments, **options)
        given.apply_defaults()
        return answer(f"sklearn.datasets.{fetch.__name__}", given.arguments)

    return fetch_here


def _one_in_ten(read: Any) -> Any:
    """`read`, which gets a stand-in for the ten percent that are asked for by default; the whole is a tenfold of that,
    and too much to be made up."""

    @functools.wraps(read)
    def read_here(*arguments: Any, percent10: bool = True, **options: Any) -> Any:
        if not percent10:
            return read(*arguments, percent10=percent10, **options)
        from sklearn.utils import Bunch

        with made_here():
            made = connections.table()
        remote.tell(connections.CONNECTIONS, "sklearn.datasets.fetch_kddcup99")
        names = list(connections.COLUMNS)
        return Bunch(
            data=made[:, :-1].copy(), target=made[:, -1].copy(), feature_names=names[:-1], target_names=names[-1:]
        )

    return read_here


def distributions() -> Kept:
    return {"species_coverage_py3.pkz": species.coverages}


def california() -> Kept:
    return {"cal_housing_py3.pkz": lambda file: _dump(housing.california(), file)}


def faces() -> Kept:
    """(4096, 400), whose pictures are transposed, from 0 to 1."""

    def dump(file: BinaryIO) -> None:
        import numpy as np

        made = images.made_up(40, 400, 64, 1)
        ordered = made.images[np.argsort(made.labels, kind="stable")]
        _dump(ordered.swapaxes(1, 2).reshape(400, -1).astype(np.float32) / 255, file)

    return {"olivetti_py3.pkz": dump}


def covers() -> Kept:
    """54 columns: 10 measures, 4 areas and 40 soils, one of each. The cover follows from the height above all."""

    def samples(file: BinaryIO) -> None:
        import numpy as np

        generator, labels, count = np.random.default_rng(0), _covers(), sum(COVERS)
        height = np.array([3_130, 2_920, 2_390, 2_220, 2_790, 2_420, 3_360])[labels - 1] + generator.normal(
            0, 150, count
        )
        low, high = np.array([(0, 360), (0, 66), (0, 1_397), (-173, 601), (0, 7_117), *[(0, 254)] * 3, (0, 7_173)]).T
        table = np.zeros((count, 54))
        table[:, 0] = height.clip(1_859, 3_858).round()
        table[:, 1:10] = (low + (high - low) * generator.beta(2, 3, (count, 9))).round()
        rows = np.arange(count)
        table[rows, 10 + np.clip((height - 2_000) // 400 + generator.integers(0, 2, count), 0, 3).astype(int)] = 1
        table[rows, 14 + (labels * 5 + generator.integers(0, 12, count)) % 40] = 1
        _dump(table, file)

    return {"covertype/samples_py3": samples, "covertype/targets_py3": lambda file: _dump(_covers(), file)}


def _covers() -> Any:
    import numpy as np

    labels = np.repeat(np.arange(1, 8, dtype=np.int32), COVERS)
    return np.random.default_rng(1).permutation(labels)


def newsgroups() -> Kept:
    return {"20news-bydate_py3.pkz": lambda file: file.write(zlib.compress(pickle.dumps(_newsgroups()), 1))}


def _newsgroups() -> dict[str, Any]:
    import numpy as np
    from sklearn.utils import Bunch

    groups, common = images.names("newsgroups"), images.names("review words")
    leaves = [group.rpartition(".")[2] + str(index) for index, group in enumerate(groups)]
    own = [f"{leaf}{letter}" for leaf in leaves for letter in "abcdefghij"]
    vocabulary = [*common, *(f"word{number}" for number in range(4_000)), *own]
    cues = len(common) + 4_001 + np.arange(len(own)).reshape(len(groups), -1)
    held = {}
    for seed, (part, lengths) in enumerate(NEWS_LENGTHS.items()):
        labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(20), lengths))
        texts = [
            f"From: writer{index}@example.com\nSubject: a message\nLines: 1\n\n"
            + " ".join(vocabulary[number - 1] for number in numbers)
            + "\n"
            for index, numbers in enumerate(drawn(labels, len(vocabulary), cues, 90, 20, seed))
        ]
        names = np.array([f"20news-bydate-{part}/{groups[label]}/{index}" for index, label in enumerate(labels)])
        held[part] = Bunch(data=texts, filenames=names, target_names=list(groups), target=labels, DESCR="")
    return held


def _dump(what: Any, file: BinaryIO) -> None:
    import joblib

    joblib.dump(what, file)


OPENML: dict[Any, Callable[[], tuple[Data, mnist.Sets]]] = {
    "mnist_784": mnist.mnist,
    554: mnist.mnist,
    "Fashion-MNIST": mnist.fashion_mnist,
    40996: mnist.fashion_mnist,
}
"""By name and by number."""


def _openml(fetch: Any) -> Any:
    @functools.wraps(fetch)
    def fetch_here(name: Any = None, **options: Any) -> Any:
        make = OPENML.get(name if name is not None else options.get("data_id"))
        if make is None:
            with remote.calling("sklearn.datasets.fetch_openml"):
                found = fetch(name, **options)
                # What was kept of an earlier call is not asked for again, and is told all the same.
                if table := openml_tables.find(name or options.get("data_id"), options.get("version", "active")):
                    remote.tell(table.data())
            return found
        data, sets = make()
        remote.tell(data, "sklearn.datasets.fetch_openml")
        return _answer(mnist.full_length(sets), options)

    return fetch_here


def _answer(sets: mnist.Sets, options: dict[str, Any]) -> Any:
    """As pandas's parser gives it: int64 pixels, the class as text, a category in a frame."""
    import numpy as np
    from sklearn.utils import Bunch

    pixels = np.concatenate([part.images for part in sets]).reshape(-1, 784).astype(np.int64)
    labels = np.concatenate([part.labels for part in sets]).astype(str).astype(object)
    names = [f"pixel{number}" for number in range(1, 785)]
    frame = None
    if options.get("as_frame", "auto"):
        import pandas

        frame = pandas.DataFrame(pixels, columns=names)
        labels = pandas.Series(pandas.Categorical(labels), name="class")
        pixels, frame = frame, frame.assign(**{"class": labels})
    if options.get("return_X_y"):
        return pixels, labels
    return Bunch(
        data=pixels,
        target=labels,
        frame=frame,
        categories=None if frame is not None else {"class": [str(digit) for digit in range(10)]},
        feature_names=names,
        target_names=["class"],
        DESCR="",
        details={},
        url="",
    )
