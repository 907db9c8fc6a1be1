"""Reuters Corpus Volume I, as scikit-learn's fetch_rcv1 gives it: invented documents with terms of their topics."""

from __future__ import annotations

from typing import Any

from . import images, made_here, remote
from .remote import Data

TRAIN, ALL, TERMS = 23_149, 804_414, 47_236
DISTINCT = TRAIN
"""The others are the training documents again and again."""
TERMS_A_DOCUMENT, TERMS_A_TOPIC, OWN = 76, 120, 0.5
"""Half of a document's terms are of its topics."""
FIRST_NUMBER = 2_286
RCV1 = Data(
    "rcv1",
    "synthetic",
    f"invented documents, {TRAIN:,} of them distinct: each topic has terms of its own; no newswires",
)


def rcv1(name: str, asked: dict[str, Any]) -> Any:
    """Sparse rows of unit length, float64, and 103 topics a document, uint8.

    Raises ValueError for another subset, as scikit-learn does.
    """
    import numpy as np
    from sklearn.utils import Bunch, shuffle

    lengths = {"train": (0, TRAIN), "test": (TRAIN, ALL), "all": (0, ALL)}
    if asked["subset"] not in lengths:
        raise ValueError(f"Unknown subset parameter. Got {asked['subset']!r} instead of one of {tuple(lengths)}")
    first, end = lengths[asked["subset"]]
    with made_here():
        topics = np.array(images.names("rcv1 topics"), object)
        target = _topics(topics)
        data = _terms(target)
        if end - first > DISTINCT:
            rows = np.arange(first, end) % DISTINCT
            data, target = data[rows], target[rows]
    numbers = np.arange(FIRST_NUMBER + first, FIRST_NUMBER + end, dtype=np.uint32)
    if asked["shuffle"]:
        data, target, numbers = shuffle(data, target, numbers, random_state=asked["random_state"])
    remote.tell(RCV1._replace(shape=data.shape, dtype="float64"), name)
    if asked["return_X_y"]:
        return data, target
    return Bunch(data=data, target=target, sample_id=numbers, target_names=topics, DESCR=_description())


def _topics(names: Any) -> Any:
    """A topic, and the one of the four (CCAT, ECAT, GCAT, MCAT) that it belongs to."""
    import numpy as np
    from scipy import sparse

    generator = np.random.default_rng(0)
    wide = np.array([index for index, name in enumerate(names) if name.endswith("CAT")])
    above = np.array([next(i for i in wide if names[i][0] == name[0]) for name in names])
    weights = 1 / np.arange(2, len(names) + 2)
    narrow = generator.choice(len(names), DISTINCT, p=generator.permutation(weights / weights.sum()))
    columns = np.stack([narrow, above[narrow]], axis=1)
    rows = np.repeat(np.arange(DISTINCT), 2)
    flags = sparse.csr_matrix((np.ones(2 * DISTINCT, np.uint8), (rows, columns.ravel())), (DISTINCT, len(names)))
    flags.data[:] = 1
    return flags


def _terms(target: Any) -> Any:
    import numpy as np
    from scipy import sparse

    generator = np.random.default_rng(1)
    count = target.shape[1]
    of_topics = generator.integers(0, TERMS, (count, TERMS_A_TOPIC))
    rows = np.repeat(np.arange(DISTINCT), TERMS_A_DOCUMENT)
    about = target.indices[
        target.indptr[rows] + generator.integers(0, 1 << 30, len(rows)) % np.diff(target.indptr)[rows]
    ]
    own = of_topics[about, generator.integers(0, TERMS_A_TOPIC, len(rows))]
    common = np.exp(generator.random(len(rows)) * np.log(TERMS)).astype(int) - 1
    terms = np.where(generator.random(len(rows)) < OWN, own, common)
    weights = sparse.csr_matrix((generator.uniform(0.5, 1.5, len(rows)), (rows, terms)), (DISTINCT, TERMS))
    weights.sum_duplicates()
    length = np.sqrt(weights.multiply(weights).sum(axis=1)).A1
    weights.data /= np.repeat(length, np.diff(weights.indptr))
    return weights


def _description() -> str:
    from sklearn.datasets._base import load_descr

    text: str = load_descr("rcv1.rst")
    return text
