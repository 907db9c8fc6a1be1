"""Fisher's iris flowers: sepal and petal, length and width in centimetres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.sklearn_tables import shipped
from dlexamples.data.table import Table, dataset

if TYPE_CHECKING:
    from dlexamples.data.widths import Width


@dataset("iris", title="the iris data set", words={"iris"}, spoken=r"(?<![a-z])iris(?![a-z])")
def iris(width: Width | None) -> Table:
    return shipped("load_iris", "the iris data set, 150 flowers of 3 species", (150, 4), 3, width)
