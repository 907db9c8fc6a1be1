"""What openml.org would answer, as scikit-learn's own code asks it and reads it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from dlexamples.run.inside.offline import openml_answers, openml_tables, remote
from dlexamples.run.inside.offline.openml_tables import TABLES, Table, find

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def only_made_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whether or not mlxtend is installed."""
    monkeypatch.setattr(openml_tables, "boston_rows", lambda: None)
    openml_tables._filled.cache_clear()
    yield
    openml_tables._filled.cache_clear()


def answer(path: str) -> Any:
    found = remote.find(f"https://www.openml.org/{path}")
    assert found
    [(_, contents)] = found.files
    return contents if path.endswith(".arff") else json.loads(contents)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_answers_about_a_table_belong_together(table: Table) -> None:
    description = answer(f"api/v1/json/data/{table.number}")["data_set_description"]
    contents = answer(description["url"].removeprefix("https://www.openml.org/"))
    assert hashlib.md5(contents).hexdigest() == description["md5_checksum"]
    features = answer(f"api/v1/json/data/features/{table.number}")["data_features"]["feature"]
    arff = pytest.importorskip("sklearn.externals._arff")
    held = arff.loads(contents.decode())
    assert [name for name, _ in held["attributes"]] == [feature["name"] for feature in features]
    assert [feature["name"] for feature in features if feature["is_target"] == "true"] == [table.target]
    assert len(held["data"]) == table.rows
    for feature, values in zip(features, zip(*held["data"], strict=True), strict=True):
        assert sum(value is None for value in values) == int(feature["number_of_missing_values"])
        if feature["data_type"] == "nominal":
            assert set(values) - {None} <= set(feature["nominal_value"])


def test_a_call_without_a_version_gets_the_oldest_or_nothing() -> None:
    listed = answer("api/v1/json/data/list/data_name/titanic/limit/2/status/active/")
    assert listed["data"]["dataset"][0]["did"] == 40945
    assert answer("api/v1/json/data/list/data_name/adult/limit/2/data_version/2")["data"]["dataset"][0]["did"] == 1590
    assert remote.find("https://www.openml.org/api/v1/json/data/list/data_name/adult/limit/2/status/active/") is None
    assert remote.find("https://www.openml.org/api/v1/json/data/list/data_name/titanic/limit/2/data_version/9") is None
    assert remote.find("https://www.openml.org/api/v1/json/data/4711") is None
    assert find("Titanic", 1) is find(40945)


@pytest.mark.parametrize("name", ["titanic", "adult", "diabetes", "credit-g"])
def test_the_class_follows_from_the_columns(name: str) -> None:
    from sklearn.ensemble import RandomForestClassifier

    table = next(table for table in TABLES if table.name == name)
    inputs, classes = [], []
    for row in table.filled()[:1_000]:
        cells = [
            -1.0 if value is None else column.values.index(value) if column.values else float(value)
            for column, value in zip(table.columns, row, strict=True)
            if column.name != table.target and not column.is_text
        ]
        inputs.append(cells)
        classes.append(row[[column.name for column in table.columns].index(table.target)])
    half = len(inputs) // 2
    forest = RandomForestClassifier(30, random_state=0).fit(inputs[:half], classes[:half])
    assert forest.score(inputs[half:], classes[half:]) > 0.85


def test_values_with_commas_and_signs_are_quoted() -> None:
    assert openml_answers._quoted("Self-emp-not-inc") == "Self-emp-not-inc"
    assert openml_answers._quoted("<=50K") == '"<=50K"'
    assert openml_answers._quoted("Owen, Mr. Harris") == '"Owen, Mr. Harris"'
