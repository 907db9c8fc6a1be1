"""What a data set of the catalogue tells about itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.data.refusal import CannotTell
from dlexamples.registry import Registry

if TYPE_CHECKING:
    from dlexamples.data.imports import Imports
    from dlexamples.data.infer import Need
    from dlexamples.data.scene import Scene
    from dlexamples.data.targets import Target
    from dlexamples.data.widths import Width
    from dlexamples.model import Claim

Arrays = Callable[["Ask"], list[str]]
Parted = Callable[["Ask", "Ask"], list[str]]


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
    """Inputs with a target each: a class, or a number."""

    what: str
    """For the comment in the reader's code: `the iris data set, 150 flowers of 3 species, real and complete`."""
    claim: Claim
    rows: int
    columns: int
    classes: int
    """0 where the targets are numbers, float64 (N,)."""
    arrays: Arrays
    batch: int
    bunch: Callable[[Imports], str] | None = None
    """An expression for scikit-learn's Bunch, where the data set has one."""
    may_be_split: bool = True
    """False where the rows are all there are, so that none can be held out."""
    held_out: int = 0
    """How many rows are held out; 0 for a fifth of them."""
    parted: Parted | None = None
    """For a set that is published in a training and a test part: the lines for both at once."""
    name: str = ""
    """Of the data set, where another than the one that was asked for stands in."""
    stratified: bool = True
    """Whether there are enough rows of each class for some to be held out by class."""
    ordered: bool = False
    """Whether the rows follow each other in time: the last ones are held out."""
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
    table: Callable[[Need, Scene], Table]
    """The table for what the code around the name asks for. Raises CannotTell when none fits."""
    rows: Callable[[Width | None], Table] | None = None
    """The same for rows of that width, where the data set has rows of numbers."""


CATALOGUE: Registry[DataSet] = Registry("dlexamples.data.catalogue")

OfWidth = Callable[["Width | None"], Table]
OfNeed = Callable[["Need", "Scene"], Table]


def dataset(name: str, *, title: str, words: set[str], spoken: str) -> Callable[[OfWidth], OfWidth]:
    """Registers a function that gives the rows of numbers for the width that the code around the name asks for."""

    def register(rows: OfWidth) -> OfWidth:
        known = DataSet(name, frozenset(words), re.compile(spoken, re.IGNORECASE), title, _of_rows(rows), rows)
        CATALOGUE.add(name, known)
        return rows

    return register


def shaped(name: str, *, title: str, words: set[str], spoken: str) -> Callable[[OfNeed], OfNeed]:
    """Registers a function that gives a table whose inputs have the shape that the model takes: images, sequences."""

    def register(table: OfNeed) -> OfNeed:
        CATALOGUE.add(name, DataSet(name, frozenset(words), re.compile(spoken, re.IGNORECASE), title, table))
        return table

    return register


def _of_rows(rows: OfWidth) -> OfNeed:
    def table(need: Need, scene: Scene) -> Table:
        if need.asked.instead:
            supplied = f"rows of {rows(None).columns} numbers"
            raise CannotTell(f"the model takes {need.asked.instead}, and this data set is supplied as {supplied}")
        found = rows(need.width)
        if not found.classes and (need.asked.units or 1) > 1:
            raise CannotTell(f"its target is one number, and the model has {need.asked.units} outputs")
        return found

    return table
