"""Rows that are made up from the features of a data set of tensorflow_datasets: here with features of our own, which
have what theirs are asked for."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dlexamples.run.inside.offline.tfds_loading import _shard_lengths
from dlexamples.run.inside.offline.tfds_rows import MAKES, SAMPLES, described, examples
from dlexamples.run.inside.offline.tfds_splits import SPLITS, splits


@dataclass
class Scalar:
    np_dtype: Any = np.float32
    shape: tuple[int, ...] = ()


class Text(Scalar):
    pass


@dataclass
class ClassLabel:
    num_classes: int
    names: list[str] = field(default_factory=list)


@dataclass
class Image:
    shape: tuple[int | None, int | None, int]


class FeaturesDict(dict[str, Any]):
    pass


class Unused:
    pass


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    features = SimpleNamespace(
        FeaturesDict=FeaturesDict, Sequence=Unused, Image=Image, BBoxFeature=Unused, ClassLabel=ClassLabel, Text=Text
    )
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", SimpleNamespace(features=features))


def builder(full_name: str, features: dict[str, Any], keys: Any = None) -> Any:
    info = SimpleNamespace(full_name=full_name, features=FeaturesDict(features), supervised_keys=keys)
    return SimpleNamespace(name=full_name.partition("/")[0], info=info)


FLOWERS = builder("tf_flowers/3.0.1", {"image": Image((None, None, 3)), "label": ClassLabel(5)}, ("image", "label"))
SMALL = builder("cifar10/3.0.2", {"image": Image((32, 32, 3)), "label": ClassLabel(10)}, ("image", "label"))
WINE = builder(
    "wine_quality/white/1.0.0",
    {"features": FeaturesDict({"alcohol": Scalar(), "pH": Scalar(), "sugar": Scalar()}), "quality": Scalar(np.int32)},
    ("features", "quality"),
)
REVIEWS = builder(
    "imdb_reviews/plain_text/1.0.0",
    {"text": Text(np.object_), "label": ClassLabel(2, ["neg", "pos"])},
    ("text", "label"),
)


def test_rows_are_the_same_every_time_and_differ_from_those_of_other_splits() -> None:
    for each in (WINE, REVIEWS):
        made = examples(each, "train", 50)
        assert made == examples(each, "train", 50)
        assert made != examples(each, "test", 50)
        assert len(made) == 50


def test_pictures_have_the_size_of_the_feature_or_sizes_of_their_own() -> None:
    small, photos = examples(SMALL, "train", 100), examples(FLOWERS, "train", 40)
    assert {row["image"].shape for row in small} == {(32, 32, 3)}
    assert len({row["image"].shape for row in photos}) > 1
    assert {row["label"] for row in photos} == set(range(5))
    assert all(row["image"].dtype == np.uint8 for row in (*small, *photos))


def test_a_mask_shows_where_the_picture_is_bright() -> None:
    masked = builder("oxford_iiit_pet/4.0.0", {"image": Image((None, None, 3)), "label": ClassLabel(3),
                                               "segmentation_mask": Image((None, None, 1))})  # fmt: skip
    for row in examples(masked, "train", 6):
        image, mask = row["image"].mean(-1), row["segmentation_mask"][..., 0]
        assert image[mask == 1].mean() > image[mask == 2].mean() + 30


def test_classes_can_be_learned() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    train, test = examples(SMALL, "train", 1_000), examples(SMALL, "test", 300)
    model = KNeighborsClassifier(3).fit([row["image"].ravel() for row in train], [row["label"] for row in train])
    assert model.score([row["image"].ravel() for row in test], [row["label"] for row in test]) > 0.6


def test_a_number_follows_from_the_columns() -> None:
    from sklearn.linear_model import LinearRegression

    train, test = (
        [(list(row["features"].values()), row["quality"]) for row in examples(WINE, split, 400)]
        for split in ("train", "test")
    )
    assert LinearRegression().fit(*zip(*train, strict=True)).score(*zip(*test, strict=True)) > 0.5
    assert {quality for _, quality in train} == set(range(3, 10))
    assert all(8 <= columns[0] <= 15 for columns, _ in train)


def test_what_is_published_without_labels_has_none() -> None:
    assert {row["label"] for row in examples(REVIEWS, "unsupervised", 5)} == {-1}
    assert {row["label"] for row in examples(REVIEWS, "test", 5)} == {0, 1}


def test_films_and_their_ratings_have_the_same_names() -> None:
    films = builder("movielens/100k-movies/0.1.1", {"movie_id": Scalar(object), "movie_title": Scalar(object)})
    ratings = builder(
        "movielens/100k-ratings/0.1.1",
        {"movie_id": Scalar(object), "movie_title": Scalar(object), "user_id": Scalar(object), "user_rating": Scalar()},
    )
    named = {row["movie_id"]: row["movie_title"] for row in examples(films, "train", 1_682)}
    rated = examples(ratings, "train", 1_000)
    assert all(named[row["movie_id"]] == row["movie_title"] for row in rated)
    assert len({row["user_id"] for row in rated}) > 900


def test_what_is_real_says_so() -> None:
    assert described(builder("iris/2.1.0", {}), 150).claim == "real"
    assert len(examples(builder("iris/2.1.0", {}), "train", 150)) == 150
    assert described(builder("fashion_mnist/3.0.1", {}), 70_000).claim == "bundled sample"
    assert described(WINE, 4_898).claim == "synthetic"


def test_files_add_up_to_the_published_length() -> None:
    assert _shard_lengths(60_000, 4_500) == [4_500] * 13 + [1_500]
    assert _shard_lengths(150, 150) == [150]


def test_a_name_is_known_with_its_configuration_and_version() -> None:
    assert splits("mnist/3.0.1") == {"train": 60_000, "test": 10_000}
    assert splits("glue/rte/2.0.0") == SPLITS["glue/rte"]
    assert splits("glue/unknown/2.0.0") is None
    assert splits("mnist") is None
    assert set(MAKES) <= set(SPLITS)
    assert set(SAMPLES) <= set(SPLITS)
