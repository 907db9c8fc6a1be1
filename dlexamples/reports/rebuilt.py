"""Reports again from the report for programs (`json.py`), so that every output format can tell them.

A report holds what happened to a post, and the post holds the rest: `document` below is the post, read again.
"""

from __future__ import annotations

import base64
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dlexamples.model import (
    Applicability,
    Claim,
    Curve,
    Diagnostic,
    Edit,
    Environment,
    Fill,
    Fix,
    Flaw,
    Outcome,
    Package,
    Related,
    Report,
    Sandbox,
    Span,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dlexamples.model import Block, Document


def rebuilt(tree: Mapping[str, Any], document: Document) -> Report:
    """The report that `tree`, one of `documents` of the JSON report, was written from; of seconds it holds three
    decimals, no half of a surrogate pair, and for a value of a curve that is not finite NaN.

    Raises KeyError, TypeError or ValueError where `tree` is none of `document`.
    """
    outcomes = tuple(_outcome(each, block) for each, block in zip(tree["blocks"], document.blocks, strict=True))
    packages = tuple(Package(each["name"], each["version"], each["why"]) for each in tree.get("installed", ()))
    # Of the flaws, `--install` adds some to those that reading tells.
    read = {flaw.diagnostic: flaw for flaw in document.flaws}
    flaws = tuple(read.get(found, Flaw(found)) for found in map(_diagnostic, tree["diagnostics"]))
    document = replace(document, flaws=flaws, environment=Environment(packages=packages))
    return Report(document, outcomes, tree["named"], _sandbox(tree.get("sandbox")))


def _sandbox(tree: Mapping[str, Any] | None) -> Sandbox:
    return Sandbox(tree["mode"], tree["network"], tuple(tree["lacking"])) if tree else Sandbox()


def _outcome(tree: Mapping[str, Any], block: Block) -> Outcome:
    if (tree["id"], tree["line"]) != (block.id, block.line):
        raise ValueError(f"block {tree['id']!r} of line {tree['line']} is read as {block.id!r} of line {block.line}")
    return Outcome(
        block,
        Verdict(tree["verdict"]),
        tree["session"] or "",
        tree["reason"],
        tuple(map(_diagnostic, tree["diagnostics"])),
        tuple(map(_fill, tree["fills"])),
        tuple(map(_edit, tree["edits"])),
        tree["runnable_source"],
        tree["stdout"],
        tree["stderr"],
        tree["lines"],
        tree["lines_run"],
        tree["device"],
        tree["seconds"],
        tuple(base64.b64decode(figure, validate=True) for figure in tree.get("figures", ())),
        tree["only_defines"],
        tuple(map(_curve, tree.get("curves", ()))),
        corrected_source=tree.get("corrected_source", ""),
    )


def _curve(tree: Mapping[str, Any]) -> Curve:
    values = tuple(math.nan if value is None else value for value in tree["values"])
    return Curve(tree["name"], values, tree["line"], tree.get("unit", ""), tree.get("every", 1))


def _diagnostic(tree: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(
        tree["code"],
        tree["level"],
        tree["message"],
        _span(tree),
        tuple(Related(each["message"], _span(each)) for each in tree["related"]),
        _fix(tree["fix"]) if tree["fix"] else None,
        tree["label"],
    )


def _span(tree: Mapping[str, Any]) -> Span:
    return Span(tree["line"], tree["column"], tree["end_line"], tree["end_column"])


def _fix(tree: Mapping[str, Any]) -> Fix:
    edits = tuple(_edit(each) for each in tree.get("corrections", ()))
    return Fix(Applicability(tree["applicability"]), tree["description"], tree["verified_on"], edits)


def _fill(tree: Mapping[str, Any]) -> Fill:
    shape = None if tree["shape"] is None else tuple(tree["shape"])
    return Fill(tree["name"], tree["dataset"], Claim(tree["claim"]), shape, tree["dtype"], tree["why"], tree["source"])


def _edit(tree: Mapping[str, Any]) -> Edit:
    return Edit(
        tree["rule"],
        tree["line"],
        tree["end_line"],
        tree["before"],
        tree["after"],
        Applicability(tree["applicability"]),
        tree["description"],
    )
