"""The schemas of well-known data sets on the hub: their columns, the names of their classes and their splits.

The facts are those of their cards. A name stands for itself and for `owner/name`, as the hub has them since they moved.
"""

from __future__ import annotations

from typing import NamedTuple

from .dataset_rows import (
    Make,
    about,
    asked,
    compared,
    discussed,
    instructed,
    judged,
    named,
    pictured,
    plain,
    scored,
    shortened,
    translated,
)

THREE, TWO, ONE = ("train", "validation", "test"), ("train", "test"), ("train",)
ENTAILED, NLI = ("entailment", "not_entailment"), ("entailment", "neutral", "contradiction")
NER = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")
POS = (
    "\" '' # $ ( ) , . : `` CC CD DT EX FW IN JJ JJR JJS LS MD NN NNP NNPS NNS NN|SYM PDT POS PRP PRP$ RB RBR RBS RP "
    "SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB"
)
CHUNKS = "ADJP ADVP CONJP INTJ LST NP PP PRT SBAR UCP VP"
CLOTHES = ("T - shirt / top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class Schema(NamedTuple):
    """What a configuration of a data set looks like."""

    make: Make
    labels: tuple[str, ...] = ()
    splits: tuple[str, ...] = THREE
    label: str = "label"
    """The column of the class."""
    numbered: str = ""
    """A column that numbers the rows: `idx` with integers, `id` with strings."""
    image: str = ""
    """The column of the picture."""
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Columns with a class for each word."""


def _glue() -> dict[str, Schema]:
    matched = ("train", "validation_matched", "validation_mismatched", "test_matched", "test_mismatched")
    pair = compared("sentence1", "sentence2")
    return {
        "cola": Schema(judged("sentence"), ("unacceptable", "acceptable"), numbered="idx"),
        "sst2": Schema(judged("sentence"), ("negative", "positive"), numbered="idx"),
        "mrpc": Schema(pair, ("not_equivalent", "equivalent"), numbered="idx"),
        "qqp": Schema(compared("question1", "question2"), ("not_duplicate", "duplicate"), numbered="idx"),
        "stsb": Schema(scored, numbered="idx"),
        "mnli": Schema(compared("premise", "hypothesis"), NLI, matched, numbered="idx"),
        "qnli": Schema(compared("question", "sentence"), ENTAILED, numbered="idx"),
        "rte": Schema(pair, ENTAILED, numbered="idx"),
        "wnli": Schema(pair, ENTAILED[::-1], numbered="idx"),
    }


STARS = ("1 star", "2 star", "3 stars", "4 stars", "5 stars")
BEANS = ("angular_leaf_spot", "bean_rust", "healthy")
CONLL = (("pos_tags", tuple(POS.split())),
         ("chunk_tags", ("O", *(f"{b}-{kind}" for kind in CHUNKS.split() for b in "BI"))),
         ("ner_tags", NER))  # fmt: skip
ALPACA = {"instruction": "question", "input": "context", "output": "answer", "text": "all"}
DOLLY = {"instruction": "question", "context": "context", "response": "answer", "category": "kind"}
SCHEMAS: dict[str, dict[str, Schema]] = {
    "glue": _glue(),
    "imdb": {"plain_text": Schema(judged("text"), ("neg", "pos"), ("train", "test", "unsupervised"))},
    "rotten_tomatoes": {"default": Schema(judged("text"), ("neg", "pos"))},
    "sst2": {"default": Schema(judged("sentence"), ("negative", "positive"), numbered="idx")},
    "yelp_polarity": {"plain_text": Schema(judged("text"), ("1", "2"), TWO)},
    "yelp_review_full": {"yelp_review_full": Schema(judged("text"), STARS, TWO)},
    "ag_news": {"default": Schema(about("text"), ("World", "Sports", "Business", "Sci/Tech"), TWO)},
    "emotion": {"split": Schema(about("text"), ("sadness", "joy", "love", "anger", "fear", "surprise"))},
    "tweet_eval": {
        "sentiment": Schema(judged("text"), ("negative", "neutral", "positive")),
        "emotion": Schema(about("text"), ("anger", "joy", "optimism", "sadness")),
    },
    "snli": {"plain_text": Schema(compared("premise", "hypothesis"), NLI, ("test", "validation", "train"))},
    "conll2003": {"conll2003": Schema(named, numbered="id", tags=CONLL)},
    "squad": {"plain_text": Schema(asked, splits=("train", "validation"), numbered="id")},
    "squad_v2": {"squad_v2": Schema(asked, splits=("train", "validation"), numbered="id")},
    "cnn_dailymail": {
        name: Schema(shortened("article", "highlights"), numbered="id") for name in ("3.0.0", "2.0.0", "1.0.0")
    },
    "xsum": {"default": Schema(shortened("document", "summary"), numbered="id")},
    "samsum": {"samsum": Schema(shortened("dialogue", "summary"), numbered="id")},
    "billsum": {"default": Schema(shortened("text", "summary"), splits=("train", "test", "ca_test"))},
    "wikitext": {
        name: Schema(plain, splits=("test", "train", "validation"))
        for name in ("wikitext-2-raw-v1", "wikitext-2-v1", "wikitext-103-raw-v1", "wikitext-103-v1")
    },
    "bookcorpus": {"plain_text": Schema(plain, splits=ONE)},
    "openwebtext": {"plain_text": Schema(plain, splits=ONE)},
    "alpaca": {"default": Schema(instructed(ALPACA), splits=ONE)},
    "databricks-dolly-15k": {"default": Schema(instructed(DOLLY), splits=ONE)},
    "github-issues": {"default": Schema(discussed, splits=ONE)},
    "mnist": {"mnist": Schema(pictured("image", "label", (28, 28), "L"), tuple("0123456789"), TWO, image="image")},
    "fashion_mnist": {"fashion_mnist": Schema(pictured("image", "label", (28, 28), "L"), CLOTHES, TWO, image="image")},
    "cifar10": {"plain_text": Schema(pictured("img", "label", (32, 32), "RGB"), CIFAR, TWO, image="img")},
    "beans": {"default": Schema(pictured("image", "labels", (500, 500), "RGB"), BEANS, label="labels", image="image")},
    "cats_vs_dogs": {
        "default": Schema(pictured("image", "labels", (200, 200), "RGB"), ("cat", "dog"), ONE, "labels", image="image")
    },
}
TRANSLATIONS = {
    "kde4": ONE, "opus_books": ONE, "news_commentary": ONE, "opus100": ("test", "train", "validation"),
    "wmt14": THREE, "wmt16": THREE, "wmt19": ("train", "validation"), "iwslt2017": THREE,
}  # fmt: skip
"""Their configuration names two languages: `de-en`; kde4 has `lang1=` and `lang2=`."""


def schema(path: str, config: str | None, options: dict[str, str]) -> Schema | None:
    """None for a data set, or a configuration of one, that is not known here."""
    name = path.rpartition("/")[2]
    if name in TRANSLATIONS:
        asked_for = f"{options['lang1']}-{options['lang2']}" if {"lang1", "lang2"} <= options.keys() else config or ""
        languages = asked_for.removeprefix("iwslt2017-").split("-")
        if len(languages) != 2 or not all(len(language) in (2, 3) for language in languages):
            return None
        return Schema(translated((languages[0], languages[1])), splits=TRANSLATIONS[name], numbered="id")
    known = SCHEMAS.get(name, {})
    if config is None:
        return next(iter(known.values())) if len(known) == 1 else None
    return known.get(config)
