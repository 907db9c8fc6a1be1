"""How seaborn's tables are written down: its own loader where the post has seaborn, else pandas and the same URL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.data.consumers import PANDAS
from dlexamples.data.refusal import CannotTell
from dlexamples.data.things import Thing
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.things import Uses

URL = "https://raw.githubusercontent.com/mwaskom/seaborn-data/master"
_OF_FRAMES = PANDAS | {"dropna", "fillna", "value_counts", "copy", "sample", "query", "dtypes", "isna", "select_dtypes"}
_TAKES_FRAMES = {"pairplot", "scatterplot", "histplot", "boxplot", "get_dummies", "lmplot", "relplot", "displot"}
LOOSE = "df|data|dataset"
"""Names of tables that say nothing: the code must speak of the table elsewhere."""


def names(subject: str) -> str:
    """`penguins`, `penguins_df`, `df_penguins`, and those that say nothing."""
    return rf"(df_)?{subject}(_?(df|data|dataset|table|frame))?|{LOOSE}"


def seaborn_table(uses: Uses, file: str, subject: str, columns: str, what: str) -> Thing | None:
    """The table as a DataFrame, where the code uses it as one. Raises CannotTell for a column that it does not have."""
    is_loose = bool(re.fullmatch(LOOSE, uses.name))
    speaks = any(re.search(rf"(?<![a-z]){subject}(?![a-z])", text, re.I) for text in uses.scene.stop.published)
    is_frame = bool(uses.columns or uses.attributes & _OF_FRAMES or uses.callees & _TAKES_FRAMES)
    if not is_frame or (is_loose and not (speaks and uses.columns)):
        return None
    known = set(columns.split())
    if unknown := uses.columns - known - uses.added:
        if is_loose:
            return None
        raise CannotTell(f"seaborn's `{file}` has no column `{min(unknown)}`")
    if "seaborn" in uses.scene.packages:
        line = f'{uses.name} = {uses.imports.module("seaborn", "sns")}.load_dataset("{file}")'
    else:
        line = f'{uses.name} = {uses.imports.module("pandas", "pd")}.read_csv("{URL}/{file}.csv")'
    why = "the text around it speaks of it, and the code uses its columns" if is_loose else "the name"
    return Thing((uses.name,), [line], what, Claim.REAL, why, is_exact=not is_loose)
