"""Phillips's species, as scikit-learn's fetch_species_distributions keeps them: an invented continent, its climate, and
where two species are seen on it."""

from __future__ import annotations

from typing import Any, BinaryIO

from .images import enlarged
from .remote import Data

MAPS, HEIGHT, WIDTH, CELL = 14, 1_592, 1_212, 0.05
WEST, SOUTH = -94.8, -56.05
NO_DATA = -9_999
SEEN = {"bradypus_variegatus": (0, 2.0), "microryzomys_minutus": (3, -2.0)}
"""By species: the map that it goes by, and where on that it is found most, in standard deviations."""
SIGHTINGS = {"train": 1_624, "test": 620}
SPECIES = Data(
    "species-distributions",
    "synthetic",
    "an invented map with made-up sightings of the two species; no observations",
    (MAPS, HEIGHT, WIDTH),
    "int16",
)


def coverages(file: BinaryIO) -> None:
    import joblib
    from sklearn.utils import Bunch

    maps, land = _maps()
    made = {part: _sightings(maps, land, count, seed) for seed, (part, count) in enumerate(SIGHTINGS.items())}
    joblib.dump(
        Bunch(
            coverages=maps, **made, x_left_lower_corner=WEST, Nx=WIDTH, y_left_lower_corner=SOUTH, Ny=HEIGHT,
            grid_size=CELL,
        ),
        file,
    )  # fmt: skip


def _maps() -> tuple[Any, Any]:
    """(14, 1592, 1212), north first, and where there is land."""
    import numpy as np

    coarse = np.random.default_rng(0).normal(size=(MAPS, 9, 9))
    smooth = enlarged(coarse, HEIGHT)[:, :, :WIDTH]
    rows, columns = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    land = rows**2 + (columns * 1.2) ** 2 + 0.1 * smooth[0] < 0.7
    return np.where(land, (100 * smooth + 200), NO_DATA).astype(np.int16), land


def _sightings(maps: Any, land: Any, count: int, seed: int) -> Any:
    """Records of species, longitude and latitude in degrees, (count,)."""
    import numpy as np

    generator = np.random.default_rng(seed)
    found = np.zeros(count, [("species", "S22"), ("dd long", "f4"), ("dd lat", "f4")])
    rows, columns = np.nonzero(land)
    for part, (name, (number, most)) in zip(np.array_split(np.arange(count), len(SEEN)), SEEN.items(), strict=True):
        climate = maps[number][rows, columns].astype(float)
        suits = np.exp(most * (climate - climate.mean()) / climate.std())
        chosen = generator.choice(len(rows), len(part), p=suits / suits.sum())
        found["species"][part] = name.encode()
        found["dd long"][part] = WEST + CELL * (columns[chosen] + 1)
        found["dd lat"][part] = SOUTH + CELL * (HEIGHT - rows[chosen])
    return found
