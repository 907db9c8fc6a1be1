"""The JSON contract, for every test that runs a post."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

import dlexamples.reports
from dlexamples.model import Document, Outcome, Report
from dlexamples.reports.json import tree

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((Path(dlexamples.reports.__file__).parent / "schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)


def validated(report: str) -> Any:
    """A printed report as data. Raises jsonschema.ValidationError."""
    data = json.loads(report)
    validator().validate(data)
    return data


def in_order(document: Document, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """One outcome a fence, in the document's order, and their report is the contract's."""
    found = {outcome.block.id: outcome for outcome in outcomes}
    ordered = [found[block.id] for block in document.blocks]
    validator().validate(tree([Report(document, tuple(ordered))]))
    return ordered


def timeless(report: Any, *left_out: str) -> Any:
    """A report as data, without how long things took: what two runs of the same posts have in common. `left_out`: other
    keys that a clock writes into, such as the output of a library that prints its times."""
    if isinstance(report, dict):
        kept = {key: timeless(value, *left_out) for key, value in report.items() if key not in {"seconds", *left_out}}
        return kept | {"verified_on": kept["verified_on"].split(" in ")[0]} if "verified_on" in kept else kept
    return [timeless(each, *left_out) for each in report] if isinstance(report, list) else report


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    """Where two reports say different things, and what."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [found for key in one for found in differences(one[key], other[key], f"{place}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        each = enumerate(zip(one, other, strict=True))
        return [found for index, pair in each for found in differences(*pair, f"{place}/{index}")]
    return [] if one == other else [f"{place}: {one!r} / {other!r}"]
