"""What openml.org answers about the tables of `openml_tables`: scikit-learn's own code reads it, as it reads theirs."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from .openml_tables import Column, Table, find
from .remote import Remote, lies_at

API = r"www\.openml\.org/api/v1/json/data"


@lies_at(rf"{API}/list/data_name/([^/]+)/limit/2(?:/data_version/(\d+)|/+status/active/)")
def listed(url: re.Match[str]) -> Remote | None:
    table = find(url[1], int(url[2]) if url[2] else "active")
    return table and _answer(table, {"data": {"dataset": [_identity(table) | {"did": table.number}]}})


@lies_at(rf"{API}/(\d+)")
def described(url: re.Match[str]) -> Remote | None:
    table = find(int(url[1]))
    if table is None:
        return None
    description = _identity(table) | {
        "id": str(table.number),
        "description": table.data().why,
        "format": "ARFF",
        "url": f"https://www.openml.org/data/v1/download/{table.number}/{table.name}.arff",
        "md5_checksum": hashlib.md5(arff(table)).hexdigest(),
    }
    return _answer(table, {"data_set_description": description})


@lies_at(rf"{API}/features/(\d+)")
def features(url: re.Match[str]) -> Remote | None:
    table = find(int(url[1]))
    if table is None:
        return None
    told = [_feature(table, number, column) for number, column in enumerate(table.columns)]
    return _answer(table, {"data_features": {"feature": told}})


@lies_at(rf"{API}/qualities/(\d+)")
def qualities(url: re.Match[str]) -> Remote | None:
    table = find(int(url[1]))
    count = {"name": "NumberOfInstances", "value": str(table.rows) if table else ""}
    return table and _answer(table, {"data_qualities": {"quality": [count]}})


@lies_at(r"www\.openml\.org/data/v1/download/(\d+)/[^/]+\.arff")
def file(url: re.Match[str]) -> Remote | None:
    table = find(int(url[1]))
    return table and Remote(table.data(), [("table.arff", arff(table))])


def arff(table: Table) -> bytes:
    """Nominal values, and texts, in double quotes where they hold more than letters and digits; `?` where there is
    none."""
    head = [f"@ATTRIBUTE {_quoted(column.name)} {_type(column)}" for column in table.columns]
    rows = [",".join("?" if value is None else _quoted(value) for value in row) for row in table.filled()]
    return "\n".join([f"@RELATION {_quoted(table.name)}", *head, "@DATA", *rows, ""]).encode()


def _type(column: Column) -> str:
    if column.values:
        return "{" + ",".join(map(_quoted, column.values)) + "}"
    return "STRING" if column.is_text else "NUMERIC"


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[\w.+-]+", value) else f'"{value}"'


def _identity(table: Table) -> dict[str, Any]:
    return {"name": table.name, "version": str(table.version), "status": "active"}


def _feature(table: Table, number: int, column: Column) -> dict[str, Any]:
    told = {
        "index": str(number),
        "name": column.name,
        "data_type": "nominal" if column.values else "string" if column.is_text else "numeric",
        "is_target": str(column.name == table.target).lower(),
        "is_ignore": "false",
        "is_row_identifier": "false",
        "number_of_missing_values": str(sum(row[number] is None for row in table.filled())),
    }
    return told | ({"nominal_value": list(column.values)} if column.values else {})


def _answer(table: Table, what: dict[str, Any]) -> Remote:
    return Remote(table.data(), [("answer.json", json.dumps(what).encode())])
