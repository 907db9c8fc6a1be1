"""The baseline: blocks that are known not to be accepted, and are let through until they change.

An entry names a post, a block and a digest of its text, the verdict and the codes of the errors. It holds for a block
of the same post and text, wherever that stands by now, whose verdict is no worse and whose errors have no other code.
So edits elsewhere in a post change nothing, an edited block has to be right, and a known one that fails in a new way
is told.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dlexamples.errors import ToldError
from dlexamples.formats import write
from dlexamples.formats.lines import texts
from dlexamples.gathered import gathered
from dlexamples.model import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dlexamples.model import Document, Flaw, Policy, Report, Reports

DEFAULT = "dlexamples-baseline.json"
KIND, VERSION = "dlexamples-baseline", 1
DIGITS = 16
"""Hexadecimal, of a text's SHA-256: that of 64 bits is enough to tell a post's blocks apart."""
ORDER = ("passed", "filled", "repaired", "blocked", "failed")
"""From the best to the worst."""
DOCUMENT = "document"
"""The verdict of an entry for what is wrong with a post and belongs to no block."""


class BadBaselineError(ToldError, ValueError):
    """Which file it is, what was found in it, and what would do."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What is let through. Sorted by these fields, in this order."""

    path: str
    """The post's, from the baseline's folder, with forward slashes."""
    block: str
    """The block's id when the entry was written, for people to read; empty for the document's own."""
    verdict: str
    codes: tuple[str, ...]
    """Of the errors, sorted; empty for a block that is only blocked."""
    sha256: str
    """The first digits, of the block's text, or of the lines concerned."""

    def __str__(self) -> str:
        return " ".join((self.path, self.block or DOCUMENT, *self.codes))


Left = dict[tuple[str, str], list[Entry]]


class Applied(NamedTuple):
    """Reports under a baseline."""

    reports: Reports
    """What is let through says that it is known."""
    stale: tuple[Entry, ...]
    """Entries that nothing answers to any more, of posts that were checked, or are gone."""


def load(path: Path) -> tuple[Entry, ...]:
    """The entries of the file. Raises BadBaselineError."""
    would_do = f"put it right, or delete it and write one with `dlexamples check --write-baseline {path}`"
    try:
        tree = json.loads(path.read_bytes())
    except OSError as error:
        told = f"the baseline {path} cannot be read: {error.strerror}"
        raise BadBaselineError(f"{told}; write one with `dlexamples check --write-baseline {path}`") from error
    except ValueError as error:
        raise BadBaselineError(f"{path} is no baseline, for it is not JSON: {error}; {would_do}") from error
    if not is_baseline(tree):
        raise BadBaselineError(f"{path} is no baseline of dlexamples, or of another version; {would_do}")
    try:
        return tuple(_entry(each) for each in tree["entries"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadBaselineError(f"{path}: an entry is broken: {error}; {would_do}") from error


def is_baseline(tree: Any) -> bool:
    return isinstance(tree, dict) and (tree.get("kind"), tree.get("version")) == (KIND, VERSION)


def _entry(tree: dict[str, Any]) -> Entry:
    if set(tree) != {"path", "block", "verdict", "codes", "sha256"}:
        raise ValueError(f"it has {', '.join(sorted(tree))}")
    strings = [tree[name] for name in ("path", "block", "verdict", "sha256")] + tree["codes"]
    if not all(isinstance(each, str) for each in strings):
        raise TypeError(f"{tree!r} holds more than strings")
    return Entry(tree["path"], tree["block"], tree["verdict"], tuple(tree["codes"]), tree["sha256"])


def save(path: Path, entries: Iterable[Entry]) -> None:
    """Writes the entries, sorted. Raises `UnwritablePost`, and BadBaselineError rather than write over another file."""
    if path.exists() and path.stat().st_size:
        load(path)
    tree = {"kind": KIND, "version": VERSION, "entries": [asdict(entry) for entry in sorted(entries)]}
    write(path, json.dumps(tree, indent=2) + "\n")


def entries_of(reports: Sequence[Report], policy: Policy, folder: Path) -> list[Entry]:
    """What would have to be known for all to be let through. `folder`: the baseline's."""
    found = [_of_block(report.document, outcome, folder) for report in reports for outcome in _refused(report, policy)]
    flaws = [(report.document, flaw) for report in reports for flaw in _refused_flaws(report, policy)]
    return found + [_of_flaw(document, flaw, folder) for document, flaw in flaws]


def applied(reports: Reports, policy: Policy, entries: Sequence[Entry], folder: Path) -> Applied:
    """What of `reports` the entries let through."""
    left = left_of(entries)
    found = gathered((_known(report, policy, left, folder) for report in reports), len(reports))
    told = {path_of(report.document, folder) for report in reports}
    silent = _not_run(reports, folder)
    unused = [entry for key, several in left.items() for entry in several if key not in silent]
    stale = [entry for entry in unused if entry.path in told or not (folder / entry.path).exists()]
    return Applied(replace(reports, reports=found), tuple(sorted(stale)))


def left_of(entries: Iterable[Entry]) -> Left:
    """The entries by what they are found by: each is taken once."""
    left: Left = defaultdict(list)
    for entry in entries:
        left[entry.path, entry.sha256].append(entry)
    return left


def takes(document: Document, refused: Outcome | Flaw, left: Left, folder: Path) -> bool:
    """Whether an entry lets this through, which is not accepted for itself; that entry is not left then."""
    now = _of_block(document, refused, folder) if isinstance(refused, Outcome) else _of_flaw(document, refused, folder)
    return _take(now, left, by_id=True) or _take(now, left, by_id=False)


def written_again(entries: Sequence[Entry], reports: Sequence[Report], policy: Policy, folder: Path) -> list[Entry]:
    """The entries as these reports have them, and those of what they do not tell of and that is there."""
    told = {path_of(report.document, folder) for report in reports}
    there = [entry for entry in entries if (folder / entry.path).exists()]
    silent = _not_run(reports, folder)
    others = [entry for entry in there if entry.path not in told or (entry.path, entry.sha256) in silent]
    return others + entries_of(reports, policy, folder)


def _not_run(reports: Sequence[Report], folder: Path) -> set[tuple[str, str]]:
    """By post and text: blocks of which a run that left them out says nothing. Another machine has their hardware, or
    runs what `--static` does not."""
    return {
        (path_of(report.document, folder), _digest(outcome.block.published))
        for report in reports
        for outcome in report.outcomes
        if outcome.verdict is Verdict.SKIPPED
    }


def pruned(entries: Sequence[Entry], stale: Sequence[Entry]) -> list[Entry]:
    kept = list(entries)
    for entry in stale:
        kept.remove(entry)
    return kept


def path_of(document: Document, folder: Path) -> str:
    return Path(os.path.relpath(document.path.absolute(), folder.absolute())).as_posix()


def _known(report: Report, policy: Policy, left: Left, folder: Path) -> Report:
    """An entry lets one block through. Of several with one text each takes its own, by id, before another's."""
    known: set[int] = set()
    outcomes = _refused(report, policy)
    for by_id in (True, False):
        for outcome in outcomes:
            now = _of_block(report.document, outcome, folder)
            if id(outcome) not in known and _take(now, left, by_id=by_id):
                known.add(id(outcome))
    refused = {id(flaw) for flaw in _refused_flaws(report, policy)}
    flaws = tuple(
        replace(flaw, known=id(flaw) in refused and _take(_of_flaw(report.document, flaw, folder), left, by_id=True))
        for flaw in report.document.flaws
    )
    return replace(
        report,
        document=replace(report.document, flaws=flaws),
        outcomes=tuple(replace(outcome, known=id(outcome) in known) for outcome in report.outcomes),
    )


def _take(now: Entry, left: Left, *, by_id: bool) -> bool:
    several = left.get((now.path, now.sha256), [])
    for entry in several:
        if (entry.block == now.block or not by_id) and _lets_through(entry, now):
            several.remove(entry)
            return True
    return False


def _lets_through(entry: Entry, now: Entry) -> bool:
    if DOCUMENT in {entry.verdict, now.verdict}:
        return (entry.verdict, entry.codes) == (now.verdict, now.codes)
    return _rank(now.verdict) <= _rank(entry.verdict) and set(now.codes) <= set(entry.codes)


def _rank(verdict: str) -> int:
    """Of a fence that is not run, and is broken: the best, for it has nothing but its codes."""
    return ORDER.index(verdict) if verdict in ORDER else 0


def _refused(report: Report, policy: Policy) -> list[Outcome]:
    bare = [replace(outcome, known=False) if outcome.known else outcome for outcome in report.outcomes]
    return [outcome for outcome, own in zip(report.outcomes, bare, strict=True) if not policy.accepts(own)]


def _refused_flaws(report: Report, policy: Policy) -> list[Flaw]:
    return [flaw for flaw in report.document.flaws if policy.refuses_flaw(replace(flaw, known=False))]


def _of_block(document: Document, outcome: Outcome, folder: Path) -> Entry:
    codes = {diagnostic.code for diagnostic in outcome.diagnostics if diagnostic.level == "error"}
    # A verdict that is not let through may come with warnings alone.
    codes = codes or {diagnostic.code for diagnostic in outcome.diagnostics}
    verdict = outcome.verdict.value
    return Entry(
        path_of(document, folder), outcome.block.id, verdict, tuple(sorted(codes)), _digest(outcome.block.published)
    )


def _of_flaw(document: Document, flaw: Flaw, folder: Path) -> Entry:
    span = flaw.diagnostic.span
    lines = "\n".join(texts(document.text)[span.line - 1 : span.end_line]) if document.text else ""
    return Entry(path_of(document, folder), "", DOCUMENT, (flaw.diagnostic.code,), _digest(lines))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
