"""The tables that plots are shown with: seaborn's examples and the airline's passengers, at their addresses.

Rows are those of a package that is installed; no row is invented here.
"""

from __future__ import annotations

import re

from .remote import Data, Remote, lies_at
from .tables import BROWNLEE, SEABORN, Rows, rows_of, table

NAMES = (
    "anagrams", "anscombe", "attention", "brain_networks", "car_crashes", "diamonds", "dots", "dowjones", "exercise",
    "flights", "fmri", "geyser", "glue", "healthexp", "iris", "mpg", "penguins", "planets", "seaice", "taxis", "tips",
    "titanic",
)  # fmt: skip
"""What `seaborn.load_dataset` looks a name up in."""
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
PASSENGERS = (
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
    140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191,
    172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259,
    229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405,
    355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491,
    505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535,
    622, 606, 508, 461, 390, 432,
)  # fmt: skip
"""Thousands of an airline's international passengers a month from January 1949: series G of Box and Jenkins (1976)."""
AIRLINE = Data("airline-passengers", "real", "all 144 months of Box and Jenkins's series G", (144, 2))


@lies_at(rf"{SEABORN}/dataset_names\.txt")
def names(url: re.Match[str]) -> Remote:
    return table(url, Data("dataset-names", "real", "the names of seaborn's examples", (len(NAMES),)), zip(NAMES))


@lies_at(rf"{BROWNLEE}/(?:airline-passengers|international-airline-passengers)\.csv")
def airline(url: re.Match[str]) -> Remote:
    rows = ([f'"{1949 + number // 12}-{number % 12 + 1:02}"', str(count)] for number, count in enumerate(PASSENGERS))
    return table(url, AIRLINE, [['"Month"', '"Passengers"'], *rows])


@lies_at(rf"{SEABORN}/flights\.csv")
def flights(url: re.Match[str]) -> Remote:
    rows = ([str(1949 + number // 12), MONTHS[number % 12], str(count)] for number, count in enumerate(PASSENGERS))
    return table(url, AIRLINE._replace(shape=(144, 3)), [["year", "month", "passengers"], *rows])


@lies_at(rf"{SEABORN}/penguins\.csv")
def penguins(url: re.Match[str]) -> Remote | None:
    """Without the year, by species, the sex in capitals, nothing where nothing is known."""
    found = _of(("palmerpenguins", "data", "penguins.csv"), ("plotnine", "data", "penguins.csv"))
    if found is None:
        return None
    package, [header, *rows] = found
    held = [[*("" if cell == "NA" else cell for cell in row[:6]), row[6].upper().replace("NA", "")] for row in rows]
    data = Data("penguins", "real", f"all 344 penguins of Horst, Hill and Gorman (CC0), from {package}", (344, 7))
    return table(url, data, [header[:7], *sorted(held, key=lambda row: row[0])])


@lies_at(rf"{SEABORN}/tips\.csv")
def tips(url: re.Match[str]) -> Remote | None:
    found = _of(("plotly", "package_data", "datasets", "tips.csv.gz"))
    return found and table(url, Data("tips", "real", f"all 244 bills, from {found[0]} (MIT)", (244, 7)), found[1])


@lies_at(rf"{SEABORN}/diamonds\.csv")
def diamonds(url: re.Match[str]) -> Remote | None:
    found = _of(("plotnine", "data", "diamonds.csv"))
    data = Data("diamonds", "real", "all 53,940 diamonds, from plotnine (MIT)", (53_940, 10))
    return found and table(url, data, found[1])


def _of(*places: tuple[str, ...]) -> tuple[str, Rows] | None:
    """The first of these files that is installed, and its package's name."""
    found = ((package, rows_of(package, *parts)) for package, *parts in places)
    return next(((package, rows) for package, rows in found if rows), None)
