"""House prices: Boston's where mlxtend has them, and invented ones with the columns of Boston's and California's."""

from __future__ import annotations

import re
from typing import Any

from .images import data_file
from .remote import Data, Remote, lies_at
from .reviews import npz

CALIFORNIA = Data(
    "california-housing",
    "synthetic",
    "20,640 invented districts with the original's columns and ranges; prices follow from income, place and age, "
    "with noise",
    (20_640, 8),
    "float64",
)
BOSTON_RANGES = (
    (0.006, 89.0),
    (0.0, 100.0),
    (0.46, 27.74),
    (0.0, 1.0),
    (0.385, 0.871),
    (3.56, 8.78),
    (2.9, 100.0),
    (1.13, 12.13),
    (1.0, 24.0),
    (187.0, 711.0),
    (12.6, 22.0),
    (0.32, 396.9),
    (1.73, 37.97),
)
"""Of the 13 inputs, in the original."""


def california() -> Any:
    """(20640, 9): price in dollars, income in 10,000, age, rooms, bedrooms, people and households of a district,
    latitude, longitude."""
    import numpy as np

    generator = np.random.default_rng(0)
    count = 20_640
    income = np.clip(generator.lognormal(1.25, 0.45, count), 0.5, 15).round(4)
    age = generator.integers(1, 53, count)
    households = np.clip(generator.lognormal(6.0, 0.7, count), 2, 6_000).astype(int)
    rooms = (households * np.clip(3.2 + 0.55 * income + generator.normal(0, 0.7, count), 1.5, 20)).astype(int) + 1
    bedrooms = (households * np.clip(generator.normal(1.07, 0.1, count), 0.5, 3)).astype(int) + 1
    people = (households * np.clip(generator.normal(2.9, 0.7, count), 1.1, 8)).astype(int) + 3
    # From San Diego to the Oregon border, along the coast and up to 4 degrees inland.
    latitude = generator.uniform(32.54, 41.95, count).round(2)
    inland = generator.beta(1, 2.5, count) * 4
    longitude = np.clip(-117.1 - 0.78 * (latitude - 32.5) + inland, -124.35, -114.31).round(2)
    price = 45_000 * income + 700 * age - 32_000 * inland + 70_000
    price = np.clip(price * generator.lognormal(0, 0.2, count), 14_999, 500_001).round(-2)
    return np.column_stack([price, income, age, rooms, bedrooms, people, households, latitude, longitude])


@lies_at(r"california_housing\.npz")
def california_npz(url: re.Match[str]) -> Remote:
    """Rooms, bedrooms and people are for a household there; both arrays are float32."""
    import numpy as np

    held = california()
    price, inputs = held[:, 0], held[:, 1:]
    households = held[:, 6]
    inputs[:, 2] /= households
    inputs[:, 3] /= households
    inputs[:, 5] = inputs[:, 4] / households
    data = CALIFORNIA._replace(dtype="float32")
    return Remote(data, [("california_housing.npz", npz(x=inputs.astype(np.float32), y=price.astype(np.float32)))])


def boston_rows() -> Any | None:
    """mlxtend's (506, 14), prices in 1,000 dollars last; None where it is not installed."""
    import numpy as np

    path = data_file("mlxtend", "data", "data", "boston_housing.csv")
    return None if path is None else np.loadtxt(path, delimiter=",")


def boston() -> tuple[Data, Any]:
    import numpy as np

    rows = boston_rows()
    if rows is not None:
        return Data("boston-housing", "real", "all 506 real rows, from mlxtend", (506, 14), "float64"), rows
    generator = np.random.default_rng(0)
    low, high = np.array(BOSTON_RANGES).T
    # Wealth, which the columns share: little crime, large homes, few poor.
    wealth = generator.normal(size=506)
    sides = np.array([-1, 1, -1, 0, -1, 1.5, -1, 0.5, -1, -1, -1, 0.5, -1.5])
    inputs = wealth[:, None] * sides + generator.normal(size=(506, 13))
    inputs = low + (high - low) / (1 + np.exp(-inputs))
    inputs[:, 3] = generator.random(506) < 0.07
    inputs[:, 8] = inputs[:, 8].round()
    price = 22.5 + 7 * (inputs[:, 5] - 6.2) - 0.5 * (inputs[:, 12] - 20) + generator.normal(0, 2.5, 506)
    why = "506 invented districts with the original's columns and ranges; prices follow from rooms and poverty"
    rows = np.column_stack([inputs, np.clip(price, 5, 50).round(1)])
    return Data("boston-housing", "synthetic", why, (506, 14), "float64"), rows


@lies_at(r"boston_housing\.npz")
def boston_npz(url: re.Match[str]) -> Remote:
    data, rows = boston()
    return Remote(data, [("boston_housing.npz", npz(x=rows[:, :-1], y=rows[:, -1]))])
