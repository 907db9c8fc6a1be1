"""An outcome together with what is wrong with the document round its block, and with what its author ignores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.model import Diagnostic, Flaw, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

RAN = {Verdict.PASSED, Verdict.FILLED, Verdict.REPAIRED}


def told(outcome: Outcome) -> Outcome:
    """`outcome` with the flaws of its block, without the diagnostics that its author ignores."""
    return _without_ignored(_with_flaws(outcome))


def _with_flaws(outcome: Outcome) -> Outcome:
    flaws = outcome.block.flaws
    if not flaws:
        return outcome
    own = [_verified(flaw, outcome) for flaw in flaws]
    # A summary shows the first alone: a note is not to hide what makes the gate red.
    broken, remarks = ([d for d in own if (d.level == "error") is red] for red in (True, False))
    outcome = replace(outcome, diagnostics=(*broken, *outcome.diagnostics, *remarks))
    if outcome.verdict not in RAN | {Verdict.NOT_PYTHON}:
        return outcome
    errors = [flaw for flaw in flaws if flaw.diagnostic.level == "error"]
    mendable = all(flaw.edits for flaw in errors)
    if errors and outcome.verdict in RAN:
        verdict = Verdict.REPAIRED if mendable else Verdict.FAILED
        reason = "; ".join(dict.fromkeys([*(flaw.diagnostic.message for flaw in errors), outcome.reason])).rstrip("; ")
        outcome = replace(outcome, verdict=verdict, reason=reason)
    layout = tuple(edit for flaw in flaws for edit in flaw.edits)
    return replace(outcome, edits=layout + outcome.edits) if mendable else outcome


def _verified(flaw: Flaw, outcome: Outcome) -> Diagnostic:
    """The flaw's diagnostic; its fix says where the block ran with it."""
    diagnostic = flaw.diagnostic
    if not diagnostic.fix or outcome.verdict not in RAN:
        return diagnostic
    device = outcome.device.upper() if outcome.device == "cpu" else outcome.device
    return replace(diagnostic, fix=replace(diagnostic.fix, verified_on=f"{device} in {outcome.seconds:.1f} s"))


def _without_ignored(outcome: Outcome) -> Outcome:
    ignore = outcome.block.marks.ignore
    if not ignore:
        return outcome
    kept = tuple(diagnostic for diagnostic in outcome.diagnostics if diagnostic.code not in ignore)
    used = {diagnostic.code for diagnostic in outcome.diagnostics} & ignore
    outcome = replace(outcome, diagnostics=kept + tuple(_unused(outcome, sorted(ignore - used))))
    failing = outcome.verdict is Verdict.FAILED and used
    if not failing or any(diagnostic.level == "error" for diagnostic in kept):
        return outcome
    return replace(outcome, verdict=Verdict.SKIPPED, reason=f"{', '.join(sorted(used))} ignored: {outcome.reason}")


def _unused(outcome: Outcome, codes: Sequence[str]) -> list[Diagnostic]:
    if not codes:
        return []
    markers = outcome.block.markers
    span = next((m.span for m in markers if "ignore" in m.text), markers[0].span)
    message = f"`ignore[{', '.join(codes)}]` has no effect: the block gives no such diagnostic"
    return [Diagnostic("DL011", "warning", message, span)]
