"""The whole text report: the blocks, what each one needs, what to do next, the totals."""

from __future__ import annotations

from itertools import chain, groupby
from typing import TYPE_CHECKING

from rich.text import Text

from dlexamples.model import POST, Document, Fill, Outcome, Package, Policy, Report, Verdict
from dlexamples.reports.terminal.diff import diff, layout_diff
from dlexamples.reports.terminal.frame import Page, frame
from dlexamples.reports.terminal.listing import listing
from dlexamples.reports.terminal.openings import openings
from dlexamples.reports.terminal.surface import Surface, wrapped
from dlexamples.reports.terminal.totals import next_steps, totals
from dlexamples.reports.terminal.visible import document_lines, tail, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MARGIN = 10
_OUTPUT = 6
"""So many of the last lines that a block wrote before it was ended."""


def page(reports: Sequence[Report], policy: Policy, surface: Surface) -> Iterator[Text]:
    """The report, row by row."""
    for report in reports:
        yield from listing(report, policy, surface)
        yield Text()
        yield from _installed(report.document.environment.packages, surface)
        yield from _details(report, policy, surface)
    yield from next_steps(reports)
    for opening in dict.fromkeys(chain.from_iterable(openings(report.sandbox) for report in reports)):
        yield from map(Text, wrapped(visible(opening), surface.width))
    yield totals(reports, policy, surface)


def needs(document: Document, outcome: Outcome, surface: Surface, *, show_diff: bool = True) -> Iterator[Text]:
    """What one block needs: its code frames, what was supplied, what would be changed. Nothing when nothing."""
    page = _page_of(document)
    sections = [
        *_frames(page, outcome, surface),
        _supplied(outcome.fills, surface),
        _changes(page, outcome, surface) if show_diff else [],
        _last_words(outcome),
    ]
    yield from chain.from_iterable([*section, Text()] for section in sections if section)


def _installed(packages: Sequence[Package], surface: Surface) -> Iterator[Text]:
    """What a reader has to install, too: the packages of each reason in one row."""
    rows: list[str] = []
    for why, group in groupby(packages, key=lambda package: package.why):
        listed = ", ".join(f"{package.name} {package.version}" for package in group)
        rows += wrapped(visible(f"{why}: {listed}"), max(surface.width - _MARGIN, 20))
    if rows:
        yield from (*_under("installed", "green", rows), Text())


def _page_of(document: Document) -> Page:
    return Page(visible(str(document.path)), document_lines(document.view or document.text))


def _details(report: Report, policy: Policy, surface: Surface) -> Iterator[Text]:
    for outcome in report.outcomes:
        if outcome.verdict is Verdict.BLOCKED or outcome.known:
            continue  # Its line says which block to look at, or what is known; a frame each would bury the others.
        rows = list(needs(report.document, outcome, surface, show_diff=policy.show_diff))
        if rows:
            yield from (_heading(outcome, surface), Text(), *rows)
    for flaw in report.document.flaws:
        if flaw.known:
            continue
        yield from (*frame(_page_of(report.document), flaw.diagnostic, surface), Text())


def _heading(outcome: Outcome, surface: Surface) -> Text:
    rule = surface.glyphs.rule
    heading = Text.assemble((rule * 2, "dim"), " ", (visible(outcome.block.id), "bold"), " ")
    # A rule across a wide screen is louder than what stands under it.
    return heading.append(rule * max(min(surface.width, 80) - heading.cell_len, 2), "dim")


def _frames(page: Page, outcome: Outcome, surface: Surface) -> Iterator[list[Text]]:
    reason = outcome.reason
    said = any(reason in d.message or d.message in reason for d in outcome.diagnostics)
    for index, diagnostic in enumerate(outcome.diagnostics):
        told = index or not reason or said
        yield frame(page, diagnostic, surface, () if told else (reason,))


def _supplied(fills: Sequence[Fill], surface: Surface) -> list[Text]:
    rows = chain.from_iterable(
        wrapped(visible(_claim(fill, surface)), max(surface.width - _MARGIN, 20)) for fill in fills
    )
    return _under("supplied", "green", rows)


def _claim(fill: Fill, surface: Surface) -> str:
    """`XOR_data: real · 16x4 float32 · why`."""
    statement = fill.source.strip()
    if fill.shape is None and "\n" not in statement and statement.startswith(("import ", "from ", f"{fill.name} = ")):
        return f"{fill.name}: {statement} {surface.glyphs.dot} {fill.why}"
    if fill.dataset == POST:
        return f"{fill.name}: {fill.why}"
    size = surface.glyphs.times.join(map(str, fill.shape or ()))
    facts = (fill.claim.value, f"{size} {fill.dtype}".strip(), fill.why)
    return f"{fill.name}: " + f" {surface.glyphs.dot} ".join(fact for fact in facts if fact)


def _changes(page: Page, outcome: Outcome, surface: Surface) -> list[Text]:
    if outcome.verdict is Verdict.PASSED and outcome.corrections:
        return [*diff(outcome.block, outcome.fixed_source, surface)]
    # What did not pass is nobody's to copy.
    if outcome.verdict not in {Verdict.FILLED, Verdict.REPAIRED}:
        return []
    layout = [edit for flaw in outcome.block.flaws for edit in flaw.edits]
    return [*layout_diff(page.lines, layout, surface), *diff(outcome.block, outcome.runnable_source, surface)]


def _last_words(outcome: Outcome) -> list[Text]:
    """Output, where the frame cannot tell what happened: the block was ended from outside."""
    ended = not outcome.diagnostics or any(d.code.startswith("DL9") for d in outcome.diagnostics)
    if outcome.verdict is not Verdict.FAILED or not ended:
        return []
    return [
        *_under("stdout", "dim", tail(outcome.stdout, _OUTPUT)),
        *_under("stderr", "dim", tail(outcome.stderr, _OUTPUT)),
    ]


def _under(title: str, style: str, lines: Iterable[str]) -> list[Text]:
    """Lines beside a title in the margin."""
    return [
        Text.assemble(((title if index == 0 else "").ljust(_MARGIN), style), line) for index, line in enumerate(lines)
    ]
