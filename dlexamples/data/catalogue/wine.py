"""Chemical analyses of wines of three growers, as UCI has them; not its wine-quality set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.sklearn_tables import shipped
from dlexamples.data.table import Table, dataset

if TYPE_CHECKING:
    from dlexamples.data.widths import Width


@dataset("wine", title="the wine data set", words={"wine", "wines"}, spoken=r"load_wine|\bwine data ?set\b")
def wine(width: Width | None) -> Table:
    return shipped("load_wine", "the wine data set, 178 wines of 3 growers", (178, 13), 3, width)
