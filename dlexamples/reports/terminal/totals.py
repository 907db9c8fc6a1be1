"""What to do next, and the counts."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from dlexamples.model import Applicability, Outcome, Policy, Report, Verdict
from dlexamples.reports.terminal.listing import VERDICTS
from dlexamples.reports.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
    outcomes = [outcome for report in reports for outcome in report.outcomes]
    judged = [outcome for outcome in outcomes if outcome.verdict is not Verdict.NOT_PYTHON]
    refused = sum(not policy.accepts(outcome) for outcome in outcomes)
    line = Text.assemble((_plural(len(judged), "block"), "bold"), ": " if judged else "", _counts(judged))
    if others := len(outcomes) - len(judged):
        line.append(f" {surface.glyphs.dot} {_plural(others, 'fence')} not Python")
    line.append(f" {surface.glyphs.dot} ").append(f"{refused} not accepted", "bold red" if refused else "bold green")
    flaws = sum(flaw.known for report in reports for flaw in report.document.flaws)
    if known := flaws + sum(outcome.known for outcome in outcomes):
        line.append(f", {known} known")
    if errors := sum(policy.refuses_flaw(flaw) for report in reports for flaw in report.document.flaws):
        line.append(f" {surface.glyphs.dot} ").append(f"{_plural(errors, 'error')} in the post itself", "bold red")
    if defined := sum(outcome.only_defines for outcome in judged):
        rest = [outcome for outcome in judged if not outcome.only_defines]
        line.append(f" {surface.glyphs.dot} without the {defined} defined, not called: ")
        line.append(_counts(rest) if rest else Text("none"))
    return line


def _counts(outcomes: Iterable[Outcome]) -> Text:
    counts = Counter(outcome.verdict for outcome in outcomes)
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
