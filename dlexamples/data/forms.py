"""The forms that data can take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Form(str, Enum):
    """What a consumer takes, in words for the author."""

    FEATURES = "inputs, one row each"
    TARGETS = "targets, one row each"
    KERAS_BATCHES = "a tf.data.Dataset of batches"
    KERAS_ROWS = "a tf.data.Dataset of rows"
    LOADER = "a DataLoader"
    MAP_DATASET = "a Dataset for a DataLoader"
    PAIRS = "a list of (input, target)"
    PAIR = "a tuple of inputs and targets"
    TABLE = "rows of inputs with the target last"
    BUNCH = "scikit-learn's Bunch"


EVERY = frozenset(Form)
ARRAYS = frozenset({Form.FEATURES, Form.TARGETS, Form.TABLE})
# Of several forms that would serve, the one that says most about its contents.
PREFERENCE = (
    *(Form.KERAS_BATCHES, Form.LOADER, Form.KERAS_ROWS, Form.PAIRS, Form.MAP_DATASET),
    *(Form.BUNCH, Form.PAIR, Form.FEATURES, Form.TARGETS, Form.TABLE),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One missing name and what is to stand under it."""

    name: str
    form: Form
    part: str
    """`train`, `test`, `val`, or nothing."""
