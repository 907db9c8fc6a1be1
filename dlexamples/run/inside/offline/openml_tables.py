"""Well-known tables of openml.org, with the columns, classes and lengths that are published there.

Their rows are those of an installed package, or made up.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable
from typing import NamedTuple

from .housing import boston_rows
from .likely import choice, place
from .remote import Data
from .tables import iris_rows
from .words import PEOPLE, PLACES

Cells = tuple[str | None, ...]
WHY = "made-up rows with the published columns, classes and length, not the published data"


class Column(NamedTuple):
    name: str
    values: tuple[str, ...] = ()
    """Of a nominal column."""
    low: float = 0.0
    high: float = 0.0
    digits: int = 0
    """After the point."""
    missing: float = 0.0
    """The share of rows that have no value."""

    @property
    def is_text(self) -> bool:
        return not self.values and self.low == self.high


class Table(NamedTuple):
    name: str
    number: int
    version: int
    rows: int
    target: str
    columns: tuple[Column, ...]
    shares: tuple[float, ...] = ()
    """Of the classes of the target."""
    real: Callable[[], list[list[str]] | None] = lambda: None
    source: str = ""

    def filled(self) -> list[Cells]:
        return _filled(self)

    def data(self) -> Data:
        shape = (self.rows, len(self.columns))
        if self.real():
            return Data(self.name, "real", self.source, shape)
        return Data(self.name, "synthetic", WHY, shape)


@functools.lru_cache
def _filled(table: Table) -> list[Cells]:
    if held := table.real():
        return [tuple(row) for row in held]
    draw = random.Random(table.number)
    target = next(column for column in table.columns if column.name == table.target)
    kinds = len(target.values) or 10
    rows = []
    for _ in range(table.rows):
        kind = draw.choices(range(kinds), table.shares or None)[0]
        rows.append(tuple(_cell(column, column is target, kind, kinds, draw) for column in table.columns))
    return rows


def _cell(column: Column, is_target: bool, kind: int, kinds: int, draw: random.Random) -> str | None:
    if draw.random() < column.missing:
        return None
    if column.values:
        return column.values[kind] if is_target else choice(column.values, kind, kinds, draw)
    if column.is_text:
        return draw.choice(PEOPLE if "name" in column.name else PLACES)
    where = (kind + draw.random()) / kinds if is_target else place(column.name, kind, kinds, draw)
    return f"{column.low + (column.high - column.low) * where:.{column.digits}f}"


def columns(text: str) -> tuple[Column, ...]:
    """A column a line: its name, then `low..high`, or the nominal values with `|` between them, or nothing for text.

    The digits of `low` are those of all; `?0.2` at the end: a fifth is missing.
    """
    return tuple(_column(line.strip()) for line in text.strip().splitlines())


def _column(line: str) -> Column:
    line, _, missing = line.partition(" ?")
    name, _, rest = line.partition(": ")
    share = float(missing or 0)
    if numbers := re.fullmatch(r"(-?[\d.]+?)\.\.(-?[\d.]+)", rest):
        digits = len(numbers[1].partition(".")[2])
        return Column(name, (), float(numbers[1]), float(numbers[2]), digits, share)
    return Column(name, tuple(rest.split("|")) if rest else (), missing=share)


TITANIC = """
    pclass: 1..3
    survived: 0|1
    name
    sex: female|male
    age: 0.2..80 ?0.2
    sibsp: 0..8
    parch: 0..9
    ticket
    fare: 0.0000..512.3292 ?0.001
    cabin ?0.77
    embarked: C|Q|S ?0.002
    boat ?0.63
    body: 1..328 ?0.91
    home.dest ?0.43
"""
ADULT = """
    age: 17..90
    workclass: Private|Self-emp-not-inc|Self-emp-inc|Federal-gov|Local-gov|State-gov|Without-pay|Never-worked ?0.057
    fnlwgt: 12285..1490400
    education: Bachelors|Some-college|11th|HS-grad|Prof-school|Assoc-acdm|Assoc-voc|9th|7th-8th|12th|Masters|1st-4th|10th|Doctorate|5th-6th|Preschool
    education-num: 1..16
    marital-status: Married-civ-spouse|Divorced|Never-married|Separated|Widowed|Married-spouse-absent|Married-AF-spouse
    occupation: Tech-support|Craft-repair|Other-service|Sales|Exec-managerial|Prof-specialty|Handlers-cleaners|Machine-op-inspct|Adm-clerical|Farming-fishing|Transport-moving|Priv-house-serv|Protective-serv|Armed-Forces ?0.058
    relationship: Wife|Own-child|Husband|Not-in-family|Other-relative|Unmarried
    race: White|Asian-Pac-Islander|Amer-Indian-Eskimo|Other|Black
    sex: Female|Male
    capital-gain: 0..99999
    capital-loss: 0..4356
    hours-per-week: 1..99
    native-country: United-States|Mexico|Philippines|Germany|Canada|India|England|China|Cuba|Japan ?0.018
    class: >50K|<=50K
"""  # noqa: E501
BOSTON = """
    CRIM: 0.00632..88.9762
    ZN: 0.0..100
    INDUS: 0.46..27.74
    CHAS: 0|1
    NOX: 0.385..0.871
    RM: 3.561..8.78
    AGE: 2.9..100
    DIS: 1.1296..12.1265
    RAD: 1|2|24|3|4|5|6|7|8
    TAX: 187..711
    PTRATIO: 12.6..22
    B: 0.32..396.9
    LSTAT: 1.73..37.97
    MEDV: 5.0..50
"""
IRIS = """
    sepallength: 4.3..7.9
    sepalwidth: 2.0..4.4
    petallength: 1.0..6.9
    petalwidth: 0.1..2.5
    class: Iris-setosa|Iris-versicolor|Iris-virginica
"""
DIABETES = """
    preg: 0..17
    plas: 0..199
    pres: 0..122
    skin: 0..99
    insu: 0..846
    mass: 0.0..67.1
    pedi: 0.078..2.42
    age: 21..81
    class: tested_negative|tested_positive
"""
CREDIT = """
    checking_status: <0|0<=X<200|>=200|no checking
    duration: 4..72
    credit_history: no credits/all paid|all paid|existing paid|delayed previously|critical/other existing credit
    purpose: new car|used car|furniture/equipment|radio/tv|domestic appliance|repairs|education|vacation|retraining|business|other
    credit_amount: 250..18424
    savings_status: <100|100<=X<500|500<=X<1000|>=1000|no known savings
    employment: unemployed|<1|1<=X<4|4<=X<7|>=7
    installment_commitment: 1..4
    personal_status: male div/sep|female div/dep/mar|male single|male mar/wid|female single
    other_parties: none|co applicant|guarantor
    residence_since: 1..4
    property_magnitude: real estate|life insurance|car|no known property
    age: 19..75
    other_payment_plans: bank|stores|none
    housing: rent|own|for free
    existing_credits: 1..4
    job: unemp/unskilled non res|unskilled resident|skilled|high qualif/self emp/mgmt
    num_dependents: 1..2
    own_telephone: none|yes
    foreign_worker: yes|no
    class: good|bad
"""  # noqa: E501
BIKES = """
    season: spring|summer|fall|winter
    year: 0..1
    month: 1..12
    hour: 0..23
    holiday: False|True
    weekday: 0..6
    workingday: False|True
    weather: clear|misty|rain|heavy_rain
    temp: 0.82..41
    feel_temp: 0.000..50
    humidity: 0.00..1
    windspeed: 0.0000..56.9969
    count: 1..977
"""


def _boston() -> list[list[str]] | None:
    rows = boston_rows()
    return rows if rows is None else [[format(value, "g") for value in row] for row in rows]


def _flowers() -> list[list[str]]:
    return iris_rows(("Iris-setosa", "Iris-versicolor", "Iris-virginica"))


TABLES = (
    Table("titanic", 40945, 1, 1_309, "survived", columns(TITANIC), (0.62, 0.38)),
    Table("adult", 1590, 2, 48_842, "class", columns(ADULT), (0.24, 0.76)),
    Table("boston", 531, 1, 506, "MEDV", columns(BOSTON), (), _boston, "all 506 real rows, from mlxtend"),
    Table("iris", 61, 1, 150, "class", columns(IRIS), (), _flowers, "all 150 of Fisher's flowers, from scikit-learn"),
    Table("diabetes", 37, 1, 768, "class", columns(DIABETES), (0.65, 0.35)),
    Table("credit-g", 31, 1, 1_000, "class", columns(CREDIT), (0.7, 0.3)),
    Table("Bike_Sharing_Demand", 42712, 2, 17_379, "count", columns(BIKES)),
)
OLDER = {"adult": 1, "bike_sharing_demand": 1}
"""By name: an older version, with other columns, is what a call gets that asks for none."""


def find(name: str | int | None, version: int | str = "active") -> Table | None:
    """By number, or by name and version."""
    for table in TABLES:
        if name == table.number:
            return table
        if isinstance(name, str) and name.lower() == table.name.lower():
            is_asked = table.name.lower() not in OLDER if version == "active" else str(version) == str(table.version)
            return table if is_asked else None
    return None
