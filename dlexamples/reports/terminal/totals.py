"""What to do next, and the counts."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from dlexamples.model import Applicability, Policy, Report, Verdict
from dlexamples.reports.terminal.listing import VERDICTS
from dlexamples.reports.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.reports.terminal.surface import Surface


def next_steps(reports: Sequence[Report]) -> Iterator[Text]:
    """The commands that lead on from here."""
    steps = [step for report in reports if (step := _fix_step(report))]
    every = (o for report in reports for o in report.outcomes)
    shown = (o for o in every if o.verdict is not Verdict.BLOCKED and not o.known)
    of_blocks = {diagnostic.code for outcome in shown for diagnostic in outcome.diagnostics}
    of_posts = {f.diagnostic.code for report in reports for f in report.document.flaws if not f.known}
    codes = sorted(of_blocks | of_posts)
    if codes:
        others = f" (or {', '.join(codes[1:])})" if codes[1:] else ""
        steps.append(f"run `dlexamples explain {codes[0]}`{others} to read more")
    yield from (Text(step) for step in steps)
    if steps:
        yield Text()


def totals(reports: Sequence[Report], policy: Policy, surface: Surface) -> Text:
    """`3 blocks: 2 filled, 1 repaired · 0 not accepted`, and the same without blocks that only define."""
    counts, called, found = Counter[Verdict](), Counter[Verdict](), Counter[str]()
    for report in reports:
        for outcome in report.outcomes:
            counts[outcome.verdict] += 1
            called[outcome.verdict] += not outcome.only_defines
            found["refused"] += not policy.accepts(outcome)
            found["known"] += outcome.known
        for flaw in report.document.flaws:
            found["known"] += flaw.known
            found["errors"] += policy.refuses_flaw(flaw)
    others = counts.pop(Verdict.NOT_PYTHON, 0)
    called.pop(Verdict.NOT_PYTHON, None)
    judged, refused = counts.total(), found["refused"]
    line = Text.assemble((_plural(judged, "block"), "bold"), ": " if judged else "", _counts(counts))
    if others:
        line.append(f" {surface.glyphs.dot} {_plural(others, 'fence')} not Python")
    line.append(f" {surface.glyphs.dot} ").append(f"{refused} not accepted", "bold red" if refused else "bold green")
    if known := found["known"]:
        line.append(f", {known} known")
    if errors := found["errors"]:
        line.append(f" {surface.glyphs.dot} ").append(f"{_plural(errors, 'error')} in the post itself", "bold red")
    if defined := judged - called.total():
        line.append(f" {surface.glyphs.dot} without the {defined} defined, not called: ")
        line.append(_counts(called) if called.total() else Text("none"))
    return line


def _counts(counts: Counter[Verdict]) -> Text:
    parts = [Text(f"{counts[verdict]} {verdict.value}", VERDICTS[verdict]) for verdict in Verdict if counts[verdict]]
    return Text(", ").join(parts)


def _fix_step(report: Report) -> str:
    """What `fix` would do: a block's fixes are written together or not at all."""
    edited = [outcome.edits or outcome.corrections for outcome in report.outcomes]
    fixable = [edits for edits in edited if edits]
    unsafe = sum(any(edit.applicability is not Applicability.SAFE for edit in edits) for edits in fixable)
    safe = len(fixable) - unsafe
    path = shlex.quote(visible(str(report.document.path)))
    if safe:
        more = f" ({unsafe} more with --unsafe-fixes)" if unsafe else ""
        return f"run `dlexamples fix {path}` to fix {_plural(safe, 'block')}{more}"
    if unsafe:
        return f"run `dlexamples fix --unsafe-fixes {path}` to fix {_plural(unsafe, 'block')}"
    return ""


def _plural(count: int, noun: str) -> str:
    ending = "" if count == 1 else "es" if noun.endswith("x") else "s"
    return f"{count} {noun}{ending}"
