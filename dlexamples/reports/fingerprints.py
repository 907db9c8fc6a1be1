"""By what a finding is known again when lines above it have come or gone."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dlexamples.reports.findings import Finding

WINDOW = 100
"""Characters of which GitHub makes a line's hash, blanks left out: those of the line, and of the next ones."""
FACTOR, WORD = 37, (1 << 64) - 1


def line_hashes(text: str) -> list[str]:
    """For each line what GitHub calls `primaryLocationLineHash`: a rolling hash, and how often it was met so far.

    The same that its upload action adds to a report that has none, so that a finding has one identity whoever uploads
    it: https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
    """
    characters, starts = _without_blanks(text)
    value = 0
    values = []
    leaving = pow(FACTOR, WINDOW, 1 << 64)
    for index, new in enumerate([*characters, *[0] * WINDOW]):
        values.append(value)
        old = characters[index - WINDOW] if index >= WINDOW else 0
        value = (FACTOR * value + new - leaving * old) & WORD
    values.append(value)
    met: Counter[int] = Counter()
    hashes = []
    for start in starts:
        found = values[start + WINDOW]
        met[found] += 1
        hashes.append(f"{found:x}:{met[found]}")
    return hashes


def _without_blanks(text: str) -> tuple[list[int], list[int]]:
    """UTF-16's units, which JavaScript counts in, with an end of file; where among them each line starts."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    encoded = plain.encode("utf-16-le", "surrogatepass")
    units = [int.from_bytes(encoded[at : at + 2], "little") for at in range(0, len(encoded), 2)]
    starts = [0, *(at + 1 for at, unit in enumerate(units) if unit == ord("\n"))]
    return [*units, 0xFFFF], starts


def fingerprints(found: Iterable[Finding]) -> Iterator[str]:
    """For each finding 64 hexadecimal digits: of its post, code and line, and how often these were met so far."""
    met: Counter[tuple[str, ...]] = Counter()
    for each in found:
        key = (each.path, each.code, each.block, _line(each.rows, each.span.line))
        met[key] += 1
        yield hashlib.sha256("\0".join((*key, str(met[key]))).encode("utf-8", "surrogatepass")).hexdigest()


def _line(rows: Sequence[str], line: int) -> str:
    return rows[line - 1].strip() if rows else ""
