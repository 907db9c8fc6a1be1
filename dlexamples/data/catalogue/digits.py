"""Handwritten digits of 8x8 pixels from 0 to 16, as UCI has them: the test part of that set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.sklearn_tables import shipped
from dlexamples.data.table import Table, dataset

if TYPE_CHECKING:
    from dlexamples.data.widths import Width


@dataset("digits", title="the digits data set", words={"digits"}, spoken=r"load_digits|\bdigits data ?set\b")
def digits(width: Width | None) -> Table:
    return shipped("load_digits", "scikit-learn's digits data set, 1797 images of 8x8 pixels", (1797, 64), 10, width)
