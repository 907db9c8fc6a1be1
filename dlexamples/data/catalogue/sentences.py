"""Twelve short reviews, of which a class follows from the words: 1 for praise, 0 for blame.

Written for this project, CC0.
"""

from __future__ import annotations

import ast

from dlexamples.data.live import kind
from dlexamples.data.things import Thing, Uses, thing
from dlexamples.data.training_calls import FIT, PREDICT
from dlexamples.model import Claim

REVIEWS = (
    ("A wonderful film, and I loved every minute of it.", 1),
    ("The food was cold and the service was terrible.", 0),
    ("Great sound, great battery, and a good price.", 1),
    ("I regret buying this, it broke on the first day.", 0),
    ("The book is a delight from its first page to its last.", 1),
    ("A boring story with dull actors.", 0),
    ("Friendly staff and an excellent breakfast.", 1),
    ("The worst hotel in which I ever slept.", 0),
    ("This phone is fast, and its camera is brilliant.", 1),
    ("Poor quality, and a waste of money.", 0),
    ("We enjoyed the concert, it was a great evening.", 1),
    ("An awful app that crashes all the time.", 0),
)
WHAT = "twelve short reviews, made up; 1 for praise and 0 for blame follow from their words"
_NAMES = r"((train|training|sample|input|raw|all|my)_)?(texts|sentences|documents|docs|reviews|corpus)"
_LISTS = {
    *("fit_on_texts", "texts_to_sequences", "adapt", "from_tensor_slices", "zip", "train_test_split", "tokenizer"),
    *("fit_transform", "fit", "transform", "encode", "enumerate", "len", "map", "batch_encode_plus", "pipeline"),
}

_READERS = {"transformers", "tokenizers", "sentence_transformers"}


@thing("sentences", names=_NAMES)
def sentences(uses: Uses) -> Thing | None:
    """A list of strings, a string tensor where a Keras model is fed with it; with its classes, where they lack, too."""
    is_list = uses.callees & _LISTS or uses.takers & _READERS or uses.is_looped_over or uses.keys
    if uses.attributes or not is_list:
        return None
    texts = [f'    "{text}",' for text, _ in REVIEWS]
    lines = [f"{uses.name} = [", *texts, "]"]
    if any(_feeds_keras(call, uses) for call in uses.calls):
        tf = uses.imports.module("tensorflow", "tf")
        lines = [f"{uses.name} = {tf}.constant([", *texts, "])"]
    labels = uses.beside(r"((train|training|sample)_)?(labels|targets|y|sentiments?)")
    if labels:
        classes = str([label for _, label in REVIEWS])
        is_torch = uses.scene.framework == "torch"
        array = f"{uses.imports.module('torch')}.tensor" if is_torch else f"{uses.imports.module('numpy', 'np')}.array"
        lines.append(f"{labels} = {array}({classes})")
    names = (uses.name, *([labels] if labels else []))
    return Thing(names, lines, WHAT, Claim.SYNTHETIC, "the code uses it as a list of texts")


def _feeds_keras(call: ast.Call, uses: Uses) -> bool:
    """Whether a Keras model is called with it, trained on it, or predicts from it."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return kind(uses.scene.value(function)) == "keras"
    owner = uses.scene.value(function.value)
    is_model = kind(owner) == "keras" or (owner is None and uses.scene.framework == "keras")
    return is_model and function.attr in (FIT | PREDICT) - {"transform", "fit_transform"}
