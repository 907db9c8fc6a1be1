"""The Palmer penguins: 344 rows, three species. Horst, Hill and Gorman, 2020; CC0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.seaborn_tables import names, seaborn_table
from dlexamples.data.things import thing

if TYPE_CHECKING:
    from dlexamples.data.things import Thing, Uses

COLUMNS = "species island bill_length_mm bill_depth_mm flipper_length_mm body_mass_g sex"


@thing("penguins", names=names("penguins"))
def penguins(uses: Uses) -> Thing | None:
    return seaborn_table(
        uses, "penguins", "penguins", COLUMNS, "the Palmer penguins, 344 of 3 species (Horst, Hill and Gorman, CC0)"
    )
