"""Auto MPG: 398 cars of the years 1970 to 1982. Quinlan, 1993; UCI Machine Learning Repository, CC BY 4.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.seaborn_tables import names, seaborn_table
from dlexamples.data.things import thing

if TYPE_CHECKING:
    from dlexamples.data.things import Thing, Uses

COLUMNS = "mpg cylinders displacement horsepower weight acceleration model_year origin name"


@thing("auto-mpg", names=names("(auto_?)?mpg"))
def auto_mpg(uses: Uses) -> Thing | None:
    return seaborn_table(uses, "mpg", "(auto_?)?mpg", COLUMNS, "the Auto MPG data set, 398 cars (UCI)")
