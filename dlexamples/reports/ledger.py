"""How `list` tells its ledgers: as a table, or as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from dlexamples.ledger import other_languages, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.ledger import Ledger, Row
    from dlexamples.model import Flaw

SCHEMA_VERSION = 1


def write(output_format: str, ledgers: Sequence[Ledger], stream: TextIO) -> None:
    """Writes the ledgers in the format `text` or `json`."""
    if output_format == "json":
        # Escaped throughout: half a surrogate pair in a document is no Unicode text.
        stream.write(json.dumps(tree(ledgers), indent=2) + "\n")
        return
    from dlexamples.reports.terminal import surface
    from dlexamples.reports.terminal.ledger import plain, styled, table

    terminal = surface.of(stream)
    rows = table(ledgers, terminal, wrap=stream.isatty())
    if terminal.colour:
        surface.write(stream, terminal, map(styled, rows))
        return
    stream.writelines(surface.encodable(f"{plain(row)}\n", stream) for row in rows)


def tree(ledgers: Sequence[Ledger]) -> dict[str, Any]:
    """The ledgers as plain lists and dictionaries."""
    documents = [
        {
            "path": each.document.path.as_posix(),
            "fences": [_row(row) for row in each.rows],
            "flaws": [_flaw(flaw) for flaw in each.document.flaws],
            "totals": each.totals,
            "other_languages": each.languages,
        }
        for each in ledgers
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "documents": documents,
        "totals": total(ledgers),
        "other_languages": other_languages(ledgers),
    }


def _row(row: Row) -> dict[str, Any]:
    block = row.block
    return {
        "id": block.id,
        "line": block.line,
        "end_line": block.end_line,
        "form": block.form,
        "heading": block.heading,
        "info": block.info,
        "language": block.language,
        "why": block.why,
        "near_miss": block.near_miss,
        "syntax_error": block.syntax_error,
        "session": row.session or None,
        "outlook": row.outlook,
        "in_force": row.in_force,
        "markers": [
            {"text": marker.text, "dialect": marker.dialect, "line": marker.span.line} for marker in block.markers
        ],
        "flaws": [_flaw(flaw) for flaw in block.flaws],
    }


def _flaw(flaw: Flaw) -> dict[str, Any]:
    diagnostic = flaw.diagnostic
    return {
        "code": diagnostic.code,
        "level": diagnostic.level,
        "message": diagnostic.message,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
    }
