"""Files whose name says which real table is meant, where scientific Python brings it along."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dlexamples.data.catalogue.air_passengers import YEARS
from dlexamples.data.files.making import Asking, Made
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.files.frames import Columns

# The spellings of the iris table's columns: scikit-learn's own, seaborn's, UCI's on Kaggle.
_OWN = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
_PLAIN = ("sepal_length", "sepal_width", "petal_length", "petal_width")
_KAGGLE = ("SepalLengthCm", "SepalWidthCm", "PetalLengthCm", "PetalWidthCm")


def known_table(asking: Asking, columns: Columns, written: list[str]) -> Made | None:
    """The table that the file is named after, in the spelling that the code uses."""
    if re.fullmatch(r"iris(_?(data|dataset|flower))?", asking.stem, re.I) and find_spec("sklearn"):
        return _spelt_iris(asking, columns, written)
    if re.fullmatch(r"(international[-_])?air(line)?[-_]?passengers", asking.stem, re.I):
        return _airline_passengers(asking, columns, written)
    return None


def _airline_passengers(asking: Asking, columns: Columns, written: list[str]) -> Made | None:
    """Box and Jenkins's series G by month, as Kaggle and many tutorials have it: `Month`, `Passengers`."""
    named = [*columns.named]
    month = next((name for name in named if re.fullmatch(r"month|date|time", name, re.I)), "Month")
    number = next((name for name in named if re.fullmatch(r"#?passengers|value", name, re.I)), "Passengers")
    if set(named) - {month, number}:
        return None
    pandas = asking.imports.module("pandas", "pd")
    arguments = ", ".join([f'"{asking.path}"', *written])
    lines = [
        f"{pandas}.DataFrame({{",
        f'    "{month}": {pandas}.period_range("1949-01", periods=144, freq="M").astype(str),',
        f'    "{number}": [',
        *(f"        {', '.join(map(str, year))}," for year in YEARS),
        "    ],",
        f"}}).to_csv({arguments})",
    ]
    return Made(
        lines,
        "air_passengers",
        "airline passengers in thousands a month, 1949 to 1960 (Box and Jenkins), real and complete",
        Claim.REAL,
        "its name, and the columns that the code uses",
        (144, 2),
    )


def _spelt_iris(asking: Asking, columns: Columns, written: list[str]) -> Made | None:
    """Fisher 1936; scikit-learn's copy."""
    used = {*columns.named}
    for names, last in ((_PLAIN, "species"), (_KAGGLE, "Species"), (_OWN, "target")):
        if used <= {*names, last, *(["Id"] if last == "Species" else [])}:
            return _iris(asking, names, last, "Id" in used, written)
    return None


def _iris(asking: Asking, names: tuple[str, ...], last: str, numbered: bool, written: list[str]) -> Made:
    load = asking.imports.item("sklearn.datasets", "load_iris")
    iris = asking.unused("iris", "iris_table")
    prefix = '"Iris-" + ' if last == "Species" else ""
    kinds = f"{iris}.target" if names == _OWN else f"{prefix}{iris}.target_names[{iris}.target]"
    spelt = ", ".join(f'"{name}"' for name in names)
    lines = [f"{iris} = {load}(as_frame=True)"]
    lines += [] if names == _OWN else [f"{iris}.data.columns = [{spelt}]"]
    lines += [f'{iris}.data["{last}"] = {kinds}']
    if numbered:
        written = [*(text for text in written if text != "index=False"), 'index_label="Id"']
    arguments = ", ".join([f'"{asking.path}"', *written])
    lines += [f"{iris}.data.to_csv({arguments})"]
    return Made(
        lines,
        "iris",
        "the iris data set, 150 flowers of 3 species, real and complete (scikit-learn's copy)",
        Claim.REAL,
        "its name, and the columns that the code uses",
        (150, 5 + numbered),
    )
