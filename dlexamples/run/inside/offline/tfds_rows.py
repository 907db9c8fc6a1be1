"""The rows of a data set of tensorflow_datasets: real ones where a package has them, else made up from its features."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from typing import Any

from . import mnist
from .dataset_rows import Make, about, asked, compared, judged, scored, shortened, translated
from .remote import Data
from .tables import IRIS, SPECIES, iris_rows
from .tfds_columns import Row, Shape, value

Example = Any
"""Nested as the features are."""
DISTINCT = 1_000
PAIR = compared("sentence1", "sentence2")
MAKES: dict[str, Make] = {
    "ag_news_subset": about("description"),
    "cnn_dailymail": shortened("article", "highlights"),
    "glue/cola": judged("sentence"),
    "glue/mnli": compared("premise", "hypothesis"),
    "glue/mrpc": PAIR,
    "glue/qnli": compared("question", "sentence"),
    "glue/qqp": compared("question1", "question2"),
    "glue/rte": PAIR,
    "glue/sst2": judged("sentence"),
    "glue/stsb": scored,
    "glue/wnli": PAIR,
    "imdb_reviews/plain_text": judged("text"),
    "multi_nli": compared("premise", "hypothesis"),
    "squad/v1.1": asked,
    "ted_hrlr_translate/pt_to_en": translated(("pt", "en")),
    "yelp_polarity_reviews": judged("text"),
}
"""Texts, by name and configuration. Columns that they lack are made from the features, as everywhere."""
SAMPLES: dict[str, Callable[[], tuple[Data, mnist.Sets]]] = {
    "mnist": mnist.mnist,
    "fashion_mnist": mnist.fashion_mnist,
}
WHY = "made-up rows with the published columns, classes and lengths, not the published data"


def described(builder: Any, count: int) -> Data:
    """`count`: the rows of all splits."""
    if builder.name == "iris":
        return IRIS
    if make := SAMPLES.get(builder.name):
        return make()[0]
    return Data(builder.name, "synthetic", WHY, (count,))


def examples(builder: Any, split: str, count: int) -> list[Example]:
    """The distinct ones of a split that has `count` rows, mixed, the same every time."""
    if builder.name == "iris":
        made = [{"features": list(map(float, row[:4])), "label": SPECIES.index(row[4])} for row in iris_rows()]
        random.Random(0).shuffle(made)
        return made[:count]
    if make := SAMPLES.get(builder.name):
        train, test = make()[1]
        part = test if split == "test" else train
        part = part.resampled(min(count, len(part.labels)))
        return [
            {"image": image[..., None], "label": int(label)}
            for image, label in zip(part.images, part.labels, strict=True)
        ]
    return _made(builder, split, count)


def _made(builder: Any, split: str, count: int) -> list[Example]:
    shape = Shape.of(builder.info)
    seed = zlib.crc32(split.encode())
    kinds, pictures = shape.drawn(min(count, DISTINCT), seed)
    name = builder.info.full_name.rpartition("/")[0]
    make, names = MAKES.get(name), tuple(getattr(shape.features.get(shape.label), "names", None) or ())
    draw = random.Random(seed)
    examples = []
    for number, kind in enumerate(kinds):
        row = Row(number, int(kind), shape, draw, {column: held[number] for column, held in pictures.items()})
        example = value("", builder.info.features, row)
        if make:
            text = make(draw, row.kind if names else number, names)
            example |= text.get("translation", text)
        if names and _is_hidden(name, split):
            example[shape.label] = -1
        examples.append(example)
    return examples


def _is_hidden(name: str, split: str) -> bool:
    """GLUE's tests and IMDB's third part are published without their labels."""
    return split in ("unsupervised", "unlabelled") or (name.startswith("glue/") and split.startswith("test"))
