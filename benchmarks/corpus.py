"""What readers of real posts get: every Python block of a corpus, by verdict, and what stops the rest.

    python benchmarks/corpus.py CORPUS [--timeout S] [--epochs N] [--only NAME …] [--kept FILE] > table.md

CORPUS is a folder with `manifest.jsonl` (one object a document: `file`, `kind`) and, if blocks that passed elsewhere
are to be compared, `baseline.jsonl` (one object a block: `file`, `line`, `cumulative`); the blocks that the baseline
counts are those that are counted. `--kept` remembers what was found, a line a document: what it holds is not run again.
Install the packages that the posts import first (the corpus names them).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.formats import read
from dlexamples.running import checked, running
from dlexamples.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dlexamples.model import Outcome

VERDICTS = ("passed", "filled", "repaired", "failed", "blocked", "skipped", "not_python")
RUNS = ("passed", "filled", "repaired")
SAID = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|\d+")
"""What differs between two messages that say the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """One block that is counted."""

    file: str
    line: int
    kind: str
    verdict: str
    code: str
    """Of the first error; empty where there is none."""
    reason: str
    did: str
    """`executed`, `defines only` or `nothing to run`."""
    claims: tuple[str, ...]
    trains: bool
    alarms: tuple[tuple[str, int, str], ...]
    """What is said of its training: code, line in the document, message."""
    passed_before: bool | None
    """Whether it passed in the baseline; None where there is no baseline."""


def main() -> None:
    arguments = parsed()
    kinds = {row["file"]: row["kind"] for row in rows(arguments.corpus / "manifest.jsonl")}
    chosen = [file for file in kinds if not arguments.only or Path(file).name in arguments.only]
    baseline = {(row["file"], row["line"]): row for row in rows(arguments.corpus / "baseline.jsonl")}
    settings = Settings(timeout=arguments.timeout, epochs=arguments.epochs, cache=False)
    checked_blocks = outcomes(arguments.corpus, chosen, settings, arguments.kept)
    found = [block for file, blocks in checked_blocks for block in counted(file, kinds[file], blocks, baseline)]
    print("\n\n".join(report(found)))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--timeout", type=float, default=30.0, metavar="S", help="seconds a block (default 30)")
    parser.add_argument("--epochs", type=int, metavar="N", help="shorten training (default: as written)")
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME", help="documents, by file name")
    parser.add_argument("--kept", type=Path, metavar="FILE")
    return parser.parse_args()


def rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        yield from map(json.loads, path.read_text("utf-8").splitlines())


def outcomes(
    corpus: Path, files: Sequence[str], settings: Settings, kept: Path | None
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What was found in each document, block by block."""
    known = {row["file"]: row["blocks"] for row in rows(kept)} if kept else {}
    with running(settings) as at_hand:
        for number, file in enumerate(files, 1):
            if file not in known:
                document = read(corpus / file)
                start = time.monotonic()
                result = checked(document, settings, at_hand)
                known[file] = list(map(told, result.outcomes))
                print(f"{number}/{len(files)} {file}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
                if kept:
                    with kept.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps({"file": file, "blocks": known[file]}) + "\n")
            yield file, known[file]
        if at_hand.faults:
            raise SystemExit("dlexamples' own fault:\n" + "\n".join(at_hand.faults))


def told(outcome: Outcome) -> dict[str, Any]:
    errors = [diagnostic for diagnostic in outcome.diagnostics if diagnostic.level == "error"]
    return {
        "line": outcome.block.line,
        "id": outcome.block.id,
        "session": outcome.session,
        "verdict": outcome.verdict.value,
        "code": errors[-1].code if errors else "",
        "reason": outcome.reason,
        "lines": outcome.lines,
        "only_defines": outcome.only_defines,
        "claims": [fill.claim.value for fill in outcome.fills],
        "fills": [f"{fill.name}: {fill.dataset}" for fill in outcome.fills],
        "trains": bool(outcome.curves),
        "alarms": [[d.code, d.span.line, d.message] for d in outcome.diagnostics if d.code.startswith("DL4")],
        "source": outcome.block.source,
        "runnable_source": outcome.runnable_source,
    }


def counted(
    file: str, kind: str, blocks: Iterable[Mapping[str, Any]], baseline: Mapping[tuple[str, int], Mapping[str, Any]]
) -> Iterator[Found]:
    """The blocks of a document that the baseline counts, or all that are Python where there is none."""
    for block in blocks:
        before = baseline.get((file, block["line"]))
        if before is None and (baseline or block["verdict"] == "not_python"):
            continue
        yield Found(
            file=file,
            line=block["line"],
            kind=kind,
            verdict=block["verdict"],
            code=block["code"],
            reason=block["reason"],
            did="nothing to run" if not block["lines"] else "defines only" if block["only_defines"] else "executed",
            claims=tuple(block["claims"]),
            trains=block["trains"],
            alarms=tuple(map(tuple, block["alarms"])),
            passed_before=before["cumulative"] == "pass" if before else None,
        )


def report(found: Sequence[Found]) -> Iterator[str]:
    """The tables, as Markdown."""
    kinds = sorted({block.kind for block in found})
    documents = len({block.file for block in found})
    yield f"{len(found)} blocks of {documents} documents"
    yield table(
        ["verdict", *kinds, "all"],
        ([verdict, *_counts(found, kinds, lambda b, v=verdict: b.verdict == v)] for verdict in VERDICTS),
    )
    yield table(
        ["of those that run", *kinds, "all"],
        (
            [did, *_counts(found, kinds, lambda b, d=did: b.verdict in RUNS and b.did == d)]
            for did in ("executed", "defines only", "nothing to run")
        ),
    )
    claims = Counter(claim for block in found if block.verdict in RUNS for claim in block.claims)
    yield table(["supplied, as", "times"], ([claim, number] for claim, number in claims.most_common()))
    stopped = [block for block in found if block.verdict in {"failed", "blocked"}]
    yield table(["what stops the rest", "blocks", "documents", "for example"], _stops(stopped))
    told = [(block.file, line, code, message) for block in found for code, line, message in block.alarms]
    yield f"{sum(block.trains for block in found)} blocks train; of their training is said, by every DL4xx:"
    if told:
        yield table(["document", "line", "code", "message"], told)
    lost = [block for block in found if block.passed_before and block.verdict in {"failed", "blocked"}]
    yield f"{sum(bool(block.passed_before) for block in found)} passed in the baseline; of those, {len(lost)} fail now"
    if lost:
        yield table(["document", "line", "verdict", "why"], ([b.file, b.line, b.verdict, b.reason] for b in lost))


def _counts(found: Sequence[Found], kinds: Sequence[str], counts: Any) -> list[int]:
    return [*(sum(b.kind == kind and counts(b) for b in found) for kind in kinds), sum(map(counts, found))]


def _stops(stopped: Sequence[Found]) -> Iterator[list[object]]:
    alike: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for block in stopped:
        alike[block.code, SAID.sub("…", block.reason)[:90]].append(block)
    for (code, _), blocks in sorted(alike.items(), key=lambda item: -len(item[1])):
        example = blocks[0]
        where = f"{example.reason[:110]} ({Path(example.file).name}:{example.line})"
        yield [code or example.verdict, len(blocks), len({block.file for block in blocks}), where]


def table(head: Sequence[object], body: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    main()
