"""Labeled Faces in the Wild, as scikit-learn's fetch_lfw_people and fetch_lfw_pairs give it: invented pictures, a
pattern a person, of as many people as often as there."""

from __future__ import annotations

from typing import Any

from . import images, made_here, remote
from .remote import Data

OFTEN = {
    "Ariel Sharon": 77, "Colin Powell": 236, "Donald Rumsfeld": 121, "George W Bush": 530, "Gerhard Schroeder": 109,
    "Hugo Chavez": 71, "Jacques Chirac": 52, "Jean Chretien": 55, "John Ashcroft": 53, "Junichiro Koizumi": 60,
    "Serena Williams": 52, "Tony Blair": 144,
}  # fmt: skip
"""Pictures of those with 50 and more."""
OTHERS = ((22, 810), (28, 653), (96, 1_301), (1_522, 4_840), (4_069, 4_069))
"""People and their pictures: with 30 and more, 20, 10, 2 and one. All: 5,749 and 13,233 (Huang et al. 2007)."""
PEOPLE = Data("lfw", "synthetic", "invented pictures, a pattern a person; no photographs of faces")
PAIRS = {"train": 2_200, "test": 1_000, "10_folds": 6_000}
MOST_AT_ONCE = 500


def people(name: str, asked: dict[str, Any]) -> Any:
    """Raises ValueError, as scikit-learn does, where nobody has so many pictures."""
    import numpy as np
    from sklearn.utils import Bunch

    known = {who: count for who, count in sorted(_everybody().items()) if count >= asked["min_faces_per_person"]}
    if not known:
        raise ValueError(f"min_faces_per_person={asked['min_faces_per_person']} is too restrictive")
    with made_here():
        labels = np.random.RandomState(42).permutation(np.repeat(np.arange(len(known)), list(known.values())))
        faces = _pictures(labels, len(known), asked)
    remote.tell(PEOPLE._replace(shape=faces.shape, dtype="float32"), name)
    rows = faces.reshape(len(faces), -1)
    if asked["return_X_y"]:
        return rows, labels
    return Bunch(data=rows, images=faces, target=labels, target_names=np.array(list(known)), DESCR=_description())


def pairs(name: str, asked: dict[str, Any]) -> Any:
    """Half of them show one person twice."""
    import numpy as np
    from sklearn.utils import Bunch

    if asked["subset"] not in PAIRS:
        raise ValueError(f"subset={asked['subset']!r} is invalid: should be one of {sorted(PAIRS)}")
    count = PAIRS[asked["subset"]]
    with made_here():
        generator = np.random.default_rng(count)
        same = np.arange(count) // (300 if count == PAIRS["10_folds"] else count // 2) % 2 == 0
        first = generator.integers(0, 1_680, count)
        second = np.where(same, first, (first + generator.integers(1, 1_680, count)) % 1_680)
        seen = _pictures(np.stack([first, second], axis=1).ravel(), 1_680, asked)
        seen = seen.reshape(count, 2, *seen.shape[1:])
    remote.tell(PEOPLE._replace(shape=seen.shape, dtype="float32"), name)
    return Bunch(
        data=seen.reshape(count, -1),
        pairs=seen,
        target=same.astype(int),
        target_names=np.array(["Different persons", "Same person"]),
        DESCR=_description(),
    )


def _everybody() -> dict[str, int]:
    counts = [
        pictures // people + (index < pictures % people) for people, pictures in OTHERS for index in range(people)
    ]
    return OFTEN | {f"Person {number:04}": count for number, count in enumerate(counts, 1)}


def _pictures(labels: Any, classes: int, asked: dict[str, Any]) -> Any:
    """(N, height, width), or with three channels, float32 from 0 to 1, in the size that is asked for."""
    import numpy as np

    whole = (slice(0, 250), slice(0, 250))
    sides = [side or all_of_it for side, all_of_it in zip(asked["slice_"] or whole, whole, strict=True)]
    lengths = [(side.stop - side.start) // (side.step or 1) for side in sides]
    height, width = (int(length * float(asked["resize"] or 1)) for length in lengths)
    channels = 3 if asked["color"] else 1
    found = np.empty((len(labels), height, width, channels), np.float32)
    for start in range(0, len(labels), MOST_AT_ONCE):
        part = slice(start, start + MOST_AT_ONCE)
        generator = np.random.default_rng([start, classes])
        made = images.of_classes(labels[part], classes, max(height, width), channels, generator)
        found[part] = made[:, :height, :width] / np.float32(255)
    return found if channels == 3 else found[..., 0]


def _description() -> str:
    from sklearn.datasets._base import load_descr

    text: str = load_descr("lfw.rst")
    return text
