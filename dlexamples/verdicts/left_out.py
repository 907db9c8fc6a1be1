"""The verdicts on blocks that are not run: no Python, skipped by their author, for what is not here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.alignment import whole_line
from dlexamples.model import Block, Diagnostic, Outcome, Place, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dlexamples.run.record import BlockRun


def not_python(block: Block) -> Outcome:
    return Outcome(block, Verdict.NOT_PYTHON, reason=block.why, runnable_source=block.source)


def for_another_framework(block: Block) -> Outcome:
    """An alternative whose frameworks are not installed."""
    names = " or ".join(sorted(block.tabs))
    return Outcome(
        block,
        Verdict.SKIPPED,
        reason=f"for readers of {names}, which is not installed here",
        runnable_source=block.source,
    )


def left_out(block: Block, session: str, run: BlockRun | None) -> Outcome | None:
    """The verdict on a block of which nothing was run; None when it was to be run. `run`: None when nothing of its
    session was."""
    if block.marks.skip:
        return Outcome(block, Verdict.SKIPPED, session, block.marks.skip, runnable_source=block.source)
    if run and run.absent:
        return _absent(block, session)
    if run and run.findings is not None:
        return _checked(block, session, run)
    return None


def _absent(block: Block, session: str) -> Outcome:
    message = f"the post asks for {block.marks.device}, and no GPU is visible to the frameworks of this block"
    diagnostic = Diagnostic("DL501", "note", message, block.span(whole_line(block.source, 0, 1)))
    return Outcome(block, Verdict.SKIPPED, session, message, (diagnostic,), runnable_source=block.source)


def _checked(block: Block, session: str, run: BlockRun) -> Outcome:
    diagnostics = tuple(_of_call(block, finding) for finding in run.findings or ())
    reason = diagnostics[0].message if diagnostics else "marked no-run: its calls were checked, and nothing was run"
    verdict = Verdict.FAILED if diagnostics else Verdict.SKIPPED
    return Outcome(block, verdict, session, reason, diagnostics, runnable_source=block.source)


def _of_call(block: Block, finding: Mapping[str, Any]) -> Diagnostic:
    place = Place(0, finding["line"], finding["column"], finding["end_line"], finding["end_column"])
    return Diagnostic(finding["code"], "error", finding["message"], block.span(place))
