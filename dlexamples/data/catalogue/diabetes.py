"""Diabetes patients: ten measurements, and how far the disease went in a year, from 25 to 346.

Efron, Hastie, Johnstone and Tibshirani, "Least Angle Regression", 2004; scikit-learn's copy (BSD-3-Clause), whose
columns are centred and scaled. Many posts mean other patients by the word: the Pima Indians', 768 rows of 8 columns in
2 classes, which no package here brings along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.refusal import CannotTell
from dlexamples.data.sklearn_tables import shipped
from dlexamples.data.table import Table, dataset

if TYPE_CHECKING:
    from dlexamples.data.widths import Width

PIMA_COLUMNS = 8


@dataset("diabetes", title="the diabetes data set", words={"diabetes"}, spoken=r"(?<![a-z])diabetes(?![a-z])")
def diabetes(width: Width | None) -> Table:
    if width and width.columns == PIMA_COLUMNS:
        raise CannotTell(
            f"scikit-learn's has 10 columns, and {width.why}, as the Pima Indians' data set has, "
            "which no package here brings along"
        )
    what = "the diabetes data set, 442 patients and how far the disease went"
    return shipped("load_diabetes", what, (442, 10), 0, width)
