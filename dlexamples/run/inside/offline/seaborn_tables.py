"""seaborn.load_dataset: the tables at their URLs, and the list of their names, for which it asks first."""

from __future__ import annotations

import os
import re
from typing import Any

from . import beneath
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
    utils.get_dataset_names = lambda: list(NAMES)
