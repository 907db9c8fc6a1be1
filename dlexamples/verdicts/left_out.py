"""The verdicts on blocks that are not run: no Python, skipped by their author, for what is not here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.alignment import whole_line
from dlexamples.model import Block, Diagnostic, Outcome, Place, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dlexamples.run.record import BlockRun

NOT_INSTALLED = "DL502"


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


def left_out(block: Block, session: str, run: BlockRun | None, *, static: bool = False) -> Outcome | None:
    """The verdict on a block of which nothing was run; None when it was to be run. `run`: None when nothing of its
    session was. `static`: nothing was to be run, whatever the blocks' markers say."""
    if block.marks.skip:
        return Outcome(block, Verdict.SKIPPED, session, block.marks.skip, runnable_source=block.source)
    if run and run.absent:
        return _absent(block, session)
    if run and run.findings is not None:
        return _checked(block, session, run, static=static and not block.marks.no_run)
    return None


def _absent(block: Block, session: str) -> Outcome:
    message = f"the post asks for {block.marks.device}, and no GPU is visible to the frameworks of this block"
    diagnostic = Diagnostic("DL501", "note", message, block.span(whole_line(block.source, 0, 1)))
    return Outcome(block, Verdict.SKIPPED, session, message, (diagnostic,), runnable_source=block.source)


def _checked(block: Block, session: str, run: BlockRun, *, static: bool) -> Outcome:
    diagnostics = tuple(_of_call(block, finding) for finding in run.findings or ())
    if static:
        promised = _fails_as_promised(block)
        diagnostics = tuple(_excused(each) if promised or each.code == NOT_INSTALLED else each for each in diagnostics)
    broken = [each for each in diagnostics if each.level == "error"]
    reason = broken[0].message if broken else _why_not_run(diagnostics, static=static)
    verdict = Verdict.FAILED if broken else Verdict.SKIPPED
    return Outcome(block, verdict, session, reason, diagnostics, runnable_source=block.source)


def _why_not_run(diagnostics: tuple[Diagnostic, ...], *, static: bool) -> str:
    if any(each.code == NOT_INSTALLED for each in diagnostics):
        return "--static: nothing was run, and calls of what is not installed were not checked"
    return f"{'--static' if static else 'marked no-run'}: its calls were checked, and nothing was run"


def _excused(diagnostic: Diagnostic) -> Diagnostic:
    """What a run alone would tell: the machine that runs nothing need not have the libraries, and a block that is to
    fail may fail there."""
    return replace(diagnostic, level="note")


def _fails_as_promised(block: Block) -> bool:
    """The post says that the block, or a statement of it, fails."""
    from dlexamples.printed import announced, expected_exception

    printed = any(expected_exception(each.text) for each in block.printed)
    return bool(block.marks.raises or printed or announced(block, block.source))


def _of_call(block: Block, finding: Mapping[str, Any]) -> Diagnostic:
    place = Place(0, finding["line"], finding["column"], finding["end_line"], finding["end_column"])
    return Diagnostic(finding["code"], "error", finding["message"], block.span(place))
