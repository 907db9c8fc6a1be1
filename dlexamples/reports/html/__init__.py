"""The page: posts as their readers see them, each block a card with what became of it.

One file that asks nobody for anything. A Content-Security-Policy names style and script by their digests, so that
nothing else runs or styles on it, whatever a post holds; prose comes sanitised, and all else is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from dlexamples.model import Policy, Report
    from dlexamples.reports.html.cards import Card
    from dlexamples.reports.html.notes import Note
    from dlexamples.reports.html.summary import Count

Pieces = tuple["str | int", ...]
"""A post: HTML that is safe to show, and the numbers of outcomes, from 0, where their cards stand."""
FOLDER = files("dlexamples.reports.html")


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a page."""

    path: str
    accepted: bool
    standing: str
    counts: list[Count]
    remarks: list[str]
    notes: tuple[Note, ...]
    pieces: Pieces
    cards: list[Card]


def page(reports: Sequence[Report], policy: Policy, rendered: Sequence[Pieces], problems: Sequence[str] = ()) -> str:
    """The page of these reports, whose documents are `rendered`. `problems`: what
    no post answers for."""
    from dlexamples.reports.html import summary
    from dlexamples.reports.html.explanations import explanations

    several = len(reports) > 1
    posts = [
        _post(report, policy, pieces, f"{number}." if several else "")
        for number, (report, pieces) in enumerate(zip(reports, rendered, strict=True), 1)
    ]
    outcomes = [outcome for report in reports for outcome in report.outcomes]
    said = [*(d for o in outcomes for d in o.diagnostics), *(f.diagnostic for r in reports for f in r.document.flaws)]
    accepted, standing = summary.standing(reports, policy)
    style, script = _asset("page.css"), _asset("page.js")
    html = _templates().get_template("page.html").render(
        title=posts[0].path if len(posts) == 1 else summary.plural(len(posts), "post"),
        posts=posts,
        problems=problems,
        accepted=accepted and not problems,
        standing=standing,
        counts=summary.counts(outcomes),
        changed=any(card.code.changed for post in posts for card in post.cards),
        explanations=explanations(diagnostic.code for diagnostic in said),
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
    )  # fmt: skip
    # Half a surrogate pair is no Unicode text: no file can hold it.
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", html)


def _post(report: Report, policy: Policy, pieces: Pieces, prefix: str) -> Post:
    from dlexamples.reports.html import summary
    from dlexamples.reports.html.cards import cards
    from dlexamples.reports.html.notes import notes

    document = report.document
    path = document.path.as_posix()
    accepted, standing = summary.standing([report], policy)
    return Post(
        path,
        accepted,
        standing,
        summary.counts(report.outcomes),
        list(summary.remarks(report)),
        notes((flaw.diagnostic for flaw in document.flaws), document.flaws),
        pieces,
        cards(report, policy, prefix),
    )


def _templates() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    from dlexamples.reports.html.notes import ticked

    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ticked"] = ticked
    return environment


def _asset(name: str) -> str:
    """Style or script as it stands in the page."""
    return (FOLDER / name).read_text("utf-8").strip()


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"
