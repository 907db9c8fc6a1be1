"""Cell nuclei of tumours, the diagnostic set of Wisconsin: 0 is malignant, 1 is benign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.sklearn_tables import shipped
from dlexamples.data.table import Table, dataset

if TYPE_CHECKING:
    from dlexamples.data.widths import Width


@dataset("breast_cancer", title="the breast cancer data set", words={"breast", "cancer"}, spoken=r"breast[ _-]?cancer")
def breast_cancer(width: Width | None) -> Table:
    return shipped(
        "load_breast_cancer", "the breast cancer data set, 569 tumours, 0 malignant and 1 benign", (569, 30), 2, width
    )
