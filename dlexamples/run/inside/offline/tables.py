"""Well-known tables at their well-known addresses, where the installed packages hold the real rows.

Only addresses whose columns are known are listed: the same flowers have other names elsewhere. No row is invented here.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable

from .housing import boston_rows
from .images import data_file
from .remote import Data, Remote, lies_at

UCI = r"(?:archive\.ics\.uci\.edu|ftp\.ics\.uci\.edu)/(?:.*/)?machine-learning-databases"
BROWNLEE = r"jbrownlee/Datasets/(?:refs/heads/)?master"
SEABORN = r"(?:mwaskom/seaborn-data/(?:raw/)?(?:refs/heads/)?master)"
SPECIES = ("setosa", "versicolor", "virginica")
BOSTON = ["crim", "zn", "indus", "chas", "nox", "rm", "age", "dis", "rad", "tax", "ptratio", "b", "lstat", "medv"]
ORIGINS = {"1": "usa", "2": "europe", "3": "japan"}
Rows = list[list[str]]


def rows_of(package: str, *parts: str) -> Rows | None:
    path = data_file(package, *parts)
    if path is None:
        return None
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as file:
        return list(csv.reader(file))


def table(url: re.Match[str], data: Data, rows: Iterable[Iterable[str]], separator: str = ",") -> Remote:
    held = [separator.join(row) + "\n" for row in rows]
    return Remote(data, [(url[0].rpartition("/")[2], "".join(held).encode())])


def iris_rows(species: tuple[str, ...] = SPECIES) -> Rows:
    rows = rows_of("sklearn", "datasets", "data", "iris.csv")
    assert rows, "a dependency"
    return [[*row[:4], species[int(row[4])]] for row in rows[1:]]


IRIS = Data("iris", "real", "all 150 of Fisher's flowers, as scikit-learn has them", (150, 5))


@lies_at(rf"{UCI}/iris/(?:iris|bezdekIris)\.data|{BROWNLEE}/iris\.csv|uciml/iris/iris\.data")
def iris(url: re.Match[str]) -> Remote:
    """No header; `Iris-setosa`."""
    return table(url, IRIS, iris_rows(tuple(f"Iris-{name}" for name in SPECIES)))


@lies_at(rf"{SEABORN}/iris\.csv")
def iris_with_header(url: re.Match[str]) -> Remote:
    header = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    return table(url, IRIS, [header, *iris_rows()])


@lies_at(rf"{UCI}/wine/wine\.data")
def wine(url: re.Match[str]) -> Remote:
    """No header; the cultivar, from 1, comes first."""
    rows = rows_of("sklearn", "datasets", "data", "wine_data.csv")
    assert rows, "a dependency"
    data = Data("wine", "real", "all 178 wines, as scikit-learn has them", (178, 14))
    return table(url, data, ([str(int(row[-1]) + 1), *row[:-1]] for row in rows[1:]))


@lies_at(rf"{UCI}/optdigits/optdigits\.tes")
def optdigits(url: re.Match[str]) -> Remote:
    rows = rows_of("sklearn", "datasets", "data", "digits.csv.gz")
    assert rows, "a dependency"
    data = Data("optdigits", "real", "all 1,797 digits of the test part, from scikit-learn", (1_797, 65))
    return table(url, data, ([str(int(float(value))) for value in row] for row in rows))


@lies_at(rf"lib\.stat\.cmu\.edu/datasets/boston|{UCI}/housing/housing\.data|{BROWNLEE}/housing\.(?:data|csv)")
def boston(url: re.Match[str]) -> Remote | None:
    """Apart from the first, one row a line without a header; there, two lines a row, after 22 of explanation."""
    rows = boston_rows()
    if rows is None:
        return None
    data = Data("boston-housing", "real", "all 506 real rows, from mlxtend", (506, 14))
    lines = [[format(value, "g") for value in row] for row in rows]
    if not url[0].endswith("boston"):
        return table(url, data, lines, " ")
    notes: Rows = [["The Boston house-price data"], *([] for _ in range(21))]
    return table(url, data, [*notes, *(half for row in lines for half in (["", *row[:11]], ["  ", *row[11:]]))], " ")


@lies_at(r"selva86/datasets/master/BostonHousing\.csv")
def boston_with_header(url: re.Match[str]) -> Remote | None:
    rows = boston_rows()
    if rows is None:
        return None
    data = Data("boston-housing", "real", "all 506 real rows, from mlxtend", (506, 14))
    return table(url, data, [BOSTON, *([format(value, "g") for value in row] for row in rows)])


CARS = Data(
    "auto-mpg", "bundled sample", "392 of the 398 real cars, from mlxtend: those whose power is known", (392, 9)
)


def _cars() -> Rows | None:
    """Miles a gallon, cylinders, displacement, power, weight, acceleration, year, origin, name."""
    rows = rows_of("mlxtend", "data", "data", "autompg.csv.gz")
    return None if rows is None else [[row[8], *row[:8]] for row in rows]


@lies_at(rf"{UCI}/auto-mpg/auto-mpg\.data")
def cars(url: re.Match[str]) -> Remote | None:
    """Spaces, and a tab before the name in quotes."""
    rows = _cars()
    if rows is None:
        return None
    return table(url, CARS, ([*row[:7], f'{row[7]}\t"{row[8]}"'] for row in rows), "   ")


@lies_at(rf"{SEABORN}/mpg\.csv")
def cars_with_header(url: re.Match[str]) -> Remote | None:
    rows = _cars()
    if rows is None:
        return None
    header = [
        "mpg",
        "cylinders",
        "displacement",
        "horsepower",
        "weight",
        "acceleration",
        "model_year",
        "origin",
        "name",
    ]
    return table(url, CARS, [header, *([*row[:7], ORIGINS[row[7]], row[8]] for row in rows)])


@lies_at(r"pytorch/hub/(?:raw/)?master/imagenet_classes\.txt")
def imagenet_classes(url: re.Match[str]) -> Remote | None:
    """A name a line, in the order of the classes."""
    path = data_file("torchvision", "models", "_meta.py")
    if path is None:
        return None
    from torchvision.models._meta import _IMAGENET_CATEGORIES as CATEGORIES

    data = Data("imagenet-classes", "real", "all 1,000 names, as torchvision has them", (1_000,))
    return table(url, data, ([name] for name in CATEGORIES))
