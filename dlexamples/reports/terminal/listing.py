"""One line a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from dlexamples.model import Outcome, Policy, Report, Verdict
from dlexamples.reports.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.reports.terminal.surface import Surface

VERDICTS = {
    Verdict.PASSED: "green",
    Verdict.FILLED: "green",
    Verdict.REPAIRED: "yellow",
    Verdict.FAILED: "red",
    Verdict.BLOCKED: "magenta",
    Verdict.SKIPPED: "dim",
    Verdict.NOT_PYTHON: "dim",
}


def listing(report: Report, policy: Policy, surface: Surface) -> Iterator[Text]:
    """A table of the Python blocks; the other fences are counted in the totals, and stand here if they are broken."""
    path = visible(str(report.document.path))
    if all(outcome.verdict is Verdict.NOT_PYTHON for outcome in report.outcomes):
        fences = f" among {len(report.outcomes)} fence{'s' * (len(report.outcomes) > 1)}" if report.outcomes else ""
        if report.named:
            yield Text.assemble(("error[DL002]", "bold red"), (f": no Python block in {path}{fences}", "bold"))
        else:
            yield Text(f"{surface.glyphs.dot} no Python block in {path}{fences}", "dim")
        return
    outcomes = [o for o in report.outcomes if o.verdict is not Verdict.NOT_PYTHON or o.known or not policy.accepts(o)]
    table = [(o, visible(o.block.id), f"{path}:{o.block.line}") for o in outcomes]
    id_width = max(cell_len(name) for _, name, _ in table)
    place_width = max(cell_len(place) for _, _, place in table)
    for outcome, name, place in table:
        row = Text.assemble(
            _mark(outcome, policy, surface),
            (f" {outcome.verdict.value:<9} ", VERDICTS[outcome.verdict]),
            _padded(name, id_width),
            "  ",
            (_padded(place, place_width), "dim"),
            f"  {_seconds(outcome):>7}",
            (f"  {remark}" if (remark := _remark(outcome)) else "", "dim"),
        )
        row.rstrip()
        yield row


def _mark(outcome: Outcome, policy: Policy, surface: Surface) -> tuple[str, str]:
    if outcome.verdict is Verdict.SKIPPED or outcome.known:
        return surface.glyphs.dot, "dim"
    if policy.accepts(outcome):
        return surface.glyphs.accepted, "green"
    return surface.glyphs.refused, "red"


def _seconds(outcome: Outcome) -> str:
    if outcome.verdict in {Verdict.SKIPPED, Verdict.BLOCKED}:
        return ""
    return f"{outcome.seconds:.1f} s"


def _remark(outcome: Outcome) -> str:
    """What the verdict does not say: where it ran when that was not the CPU, and reasons that no frame gives."""
    where = f"on {outcome.device}" if outcome.device.lower() not in {"", "cpu"} else ""
    called = "defined, not called" if outcome.only_defines else ""
    framed = outcome.diagnostics and outcome.verdict is not Verdict.BLOCKED
    reason = "" if framed else outcome.reason
    if outcome.known:
        # Frames of what is known would bury what is new.
        codes = " ".join(dict.fromkeys(diagnostic.code for diagnostic in outcome.diagnostics))
        return visible(f"known: {codes or reason}")
    return visible(", ".join(part for part in (where, called, reason) if part))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
