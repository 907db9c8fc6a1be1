"""What a data set of the catalogue tells about itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.registry import Registry

if TYPE_CHECKING:
    from dlexamples.data.imports import Imports
    from dlexamples.data.targets import Target
    from dlexamples.data.widths import Width
    from dlexamples.model import Claim

Arrays = Callable[["Ask"], list[str]]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a data set is to write: lines that bind `x` and `y`, whatever these are called here."""

    x: str
    """Name for the inputs, float32 (N, columns)."""
    y: str
    """Name for the targets."""
    wants_x: bool
    wants_y: bool
    target: Target
    values: str
    """`torch` for tensors, `numpy` for arrays that a deep-learning library takes, `raw` for arrays as they come."""
    imports: Imports


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of numbers with a class each."""

    what: str
    """For the comment in the reader's code: `the iris data set, 150 flowers of 3 species, real and complete`."""
    claim: Claim
    rows: int
    columns: int
    classes: int
    arrays: Arrays
    batch: int
    bunch: Callable[[Imports], str] | None = None
    """An expression for scikit-learn's Bunch, where the data set has one."""
    may_be_split: bool = True
    """False where the rows are all there are, so that none can be held out."""
    name: str = ""
    """Of the data set, where another than the one that was asked for stands in."""
    stratified: bool = True
    """Whether there are enough rows of each class for some to be held out by class."""
    why: str = ""
    """A reading that the name alone does not give: `4-bit parity, because …`."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """One file of the catalogue."""

    name: str
    words: frozenset[str]
    """Words of a variable's name that mean this data set."""
    spoken: re.Pattern[str]
    """How comments, strings and function names speak of it."""
    title: str
    """What a sentence calls it."""
    table: Callable[[Width | None], Table]
    """The table for a model of that width. Raises CannotTell when none fits."""


CATALOGUE: Registry[DataSet] = Registry("dlexamples.data.catalogue")


def dataset(
    name: str, *, title: str, words: set[str], spoken: str
) -> Callable[[Callable[[Width | None], Table]], Callable[[Width | None], Table]]:
    """Registers a function that gives the table for the width that the code around the name asks for."""

    def register(table: Callable[[Width | None], Table]) -> Callable[[Width | None], Table]:
        CATALOGUE.add(name, DataSet(name, frozenset(words), re.compile(spoken, re.IGNORECASE), title, table))
        return table

    return register
