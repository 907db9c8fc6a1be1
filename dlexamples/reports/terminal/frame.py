"""A diagnostic as rustc draws it: where it fails, where the object came from, what would do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING

from rich.text import Text

from dlexamples.model import Applicability, Diagnostic, Fix
from dlexamples.reports.terminal.excerpt import excerpt
from dlexamples.reports.terminal.gutter import GUTTER, Gutter
from dlexamples.reports.terminal.marks import Region
from dlexamples.reports.terminal.surface import Surface, wrapped
from dlexamples.reports.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVELS = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}

_FIXES = {
    Applicability.SAFE: "safe fix",
    Applicability.UNSAFE: "unsafe fix",
    Applicability.DISPLAY: "never written: only you know what is meant",
}


@dataclass(frozen=True, slots=True)
class Page:
    """The document behind a frame."""

    path: str
    lines: Sequence[str]


def frame(page: Page, diagnostic: Diagnostic, surface: Surface, notes: tuple[str, ...] = ()) -> list[Text]:
    """The rows that show `diagnostic` in its document, with its fix and the notes under it."""
    style = LEVELS.get(diagnostic.level, "bold")
    regions = [Region.of(page.lines, diagnostic.span, diagnostic.label, style, "^")]
    regions += [Region.of(page.lines, r.span, r.message, GUTTER, "-") for r in diagnostic.related]
    gutter = Gutter(len(str(max(region.end_line for region in regions))), surface.glyphs.bar)
    headline, *details = diagnostic.message.splitlines() or [""]
    advice = [("help", _advice(diagnostic.fix))] if diagnostic.fix else []
    remarks = [*(("note", detail.strip(" +")) for detail in details), *advice, *(("note", note) for note in notes)]
    return [
        Text.assemble((f"{diagnostic.level}[{diagnostic.code}]", style), (f": {visible(headline)}", "bold")),
        Text.assemble(
            " " * gutter.digits, ("--> ", GUTTER), f"{page.path}:{diagnostic.span.line}:{diagnostic.span.column}"
        ),
        gutter.row(),
        *excerpt(page.lines, regions, gutter, surface),
        *_remarks(remarks, gutter, surface),
    ]


def _advice(fix: Fix) -> str:
    ran = f", verified on {fix.verified_on}" if fix.verified_on else ""
    return f"{fix.description} ({_FIXES[fix.applicability]}{ran})"


def _remarks(remarks: list[tuple[str, str]], gutter: Gutter, surface: Surface) -> list[Text]:
    if not remarks:
        return []
    rows = [gutter.row()]
    for kind, remark in remarks:
        head = Text.assemble(" " * (gutter.digits + 1), ("= ", GUTTER), (f"{kind}: ", "bold"))
        hanging = Text(" " * head.cell_len)
        lines = wrapped(visible(remark), surface.width - head.cell_len)
        rows += [start + Text(line) for start, line in zip(chain([head], repeat(hanging)), lines, strict=False)]
    return rows
