"""What a name says: whose data it is, which part, and whether inputs, targets or both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Kind(str, Enum):
    """What of a data set a name stands for."""

    FEATURES = "features"
    TARGETS = "targets"
    LOADER = "loader"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Said:
    """`iris_X_train` speaks of iris, its features, the part `train`."""

    words: frozenset[str]
    """The words that no vocabulary here knows: those that may name a data set."""
    kind: Kind
    part: str
    """`train`, `test`, `val`, or nothing."""
    plain: bool
    """The name alone is a usual name for data, whatever it is about: `X`, `train_loader`."""


PARTS = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
    **dict.fromkeys(("val", "valid", "validation"), "val"),
}
KINDS = {
    **dict.fromkeys(("x", "xs", "input", "inputs", "feature", "features", "image", "images"), Kind.FEATURES),
    **dict.fromkeys(("y", "ys", "target", "targets", "label", "labels", "output", "outputs"), Kind.TARGETS),
    **dict.fromkeys(("loader", "dataloader"), Kind.LOADER),
    **dict.fromkeys(("data", "dataset", "ds", "set", "table"), Kind.WHOLE),
}
# Words that name data only beside another word of these tables: `output` alone is a model's.
_NOT_ALONE = {"input", "image", "output", "outputs", "set", "table", "feature", "ds", "xs", "ys"}

_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@lru_cache
def said(name: str, subjects: frozenset[str] = frozenset()) -> Said | None:
    """What `name` says, where `subjects` are the words that may name a data set.

    None for a name that holds any other word, or that says two things at once: `xor_gate`, `iris_model`, `xy`.
    """
    if not name.isascii():
        return None
    words = [word for piece in _pieces(name, subjects) for word in _split(piece, subjects)]
    spoken = frozenset(word for word in words if word not in PARTS and word not in KINDS)
    parts = {PARTS[word] for word in words if word in PARTS}
    kinds = {KINDS[word] for word in words if word in KINDS}
    # `data` and `set` add nothing to a word that says more: `input_data`, `y_data`, `train_data_loader`.
    kinds = kinds - {Kind.WHOLE} or kinds
    if not spoken <= subjects or len(parts) > 1 or len(kinds) > 1 or not (spoken or kinds):
        return None
    telling = [word for word in words if word in PARTS or (word in KINDS and word not in _NOT_ALONE)]
    plain = not spoken and bool(kinds) and bool(telling)
    if not spoken and not plain:
        return None
    return Said(spoken, kinds.pop() if kinds else Kind.WHOLE, parts.pop() if parts else "", plain)


def stem(name: str, subjects: frozenset[str]) -> str:
    """The part of `name` that names the data set, as it is written: `XOR` of `XOR_data`."""
    return next((piece for piece in name.split("_") if piece.lower() in subjects), "")


def _pieces(name: str, subjects: frozenset[str]) -> list[str]:
    parts = [part for part in name.split("_") if part]
    if any(part.lower() in subjects for part in parts):
        apart = ([part.lower()] if part.lower() in subjects else _pieces(part, frozenset()) for part in parts)
        return [piece for pieces in apart for piece in pieces]
    # `XORdata` would fall into `XO` and `Rdata`: such a name is read as one word.
    if re.search(r"[A-Z]{2,}[a-z]", name):
        return [part.lower() for part in parts]
    return [piece.lower() for part in parts for piece in _PIECE.findall(part)]


def _split(piece: str, subjects: frozenset[str]) -> list[str]:
    """`xtrain` is `x`, `train`; `xordata` is `xor`, `data`; a word of another vocabulary stays whole."""
    vocabulary = {*PARTS, *KINDS, *subjects}
    if piece in vocabulary:
        return [piece]
    either = "|".join(sorted(vocabulary, key=len, reverse=True))
    if re.fullmatch(f"(?:{either})+", piece):
        return re.findall(either, piece)
    return [piece]
