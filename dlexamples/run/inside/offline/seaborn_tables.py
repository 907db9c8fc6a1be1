"""seaborn.load_dataset: the tables at their URLs, and the list of their names, for which it asks first."""

from __future__ import annotations

import functools
import os
import re
from typing import Any

from . import beneath, remote
from .images import BUNDLED
from .remote import Data, Remote, lies_at
from .tables import SEABORN

NAMES = (
    *("anagrams", "anscombe", "attention", "brain_networks", "car_crashes", "diamonds", "dots", "dowjones", "exercise"),
    *(
        "flights",
        "fmri",
        "geyser",
        "glue",
        "healthexp",
        "iris",
        "mpg",
        "penguins",
        "planets",
        "seaice",
        "taxis",
        "tips",
    ),
    "titanic",
)
"""Of seaborn's repository of tables; most of them are not here, and their download fails as it would."""
PENGUINS = Data(
    "penguins", "real", "all 344 of the Palmer penguins, in seaborn's spelling; Horst, Hill and Gorman, CC0", (344, 7)
)


@lies_at(rf"{SEABORN}/penguins\.csv")
def penguins(url: re.Match[str]) -> Remote:
    with open(os.path.join(BUNDLED, "penguins", "penguins.csv"), "rb") as file:
        return Remote(PENGUINS, [("penguins.csv", file.read())])


@beneath("seaborn.utils")
def known_names(utils: Any) -> None:
    """A block that finds the file of an earlier block is told of it, too."""
    load_dataset = utils.load_dataset

    @functools.wraps(load_dataset)
    def load_dataset_here(name: Any, cache: bool = True, data_home: Any = None, **options: Any) -> Any:
        loaded = load_dataset(name, cache, data_home, **options)
        if cache:
            remote.stands_in(os.path.join(utils.get_data_home(data_home), f"{name}.csv"), "seaborn.load_dataset")
        return loaded

    utils.get_dataset_names, utils.load_dataset = lambda: list(NAMES), load_dataset_here
