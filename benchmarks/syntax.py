"""Breaks the Python blocks of a corpus in one place each, and tells how often the nearest text that is read is theirs.

    python benchmarks/syntax.py CORPUS [--each N] [--seed S] [--show KIND]

`right`: the cheapest draft has the original's tree; `tie`: it is one of several that are as cheap, and the run decides;
`wrong`: another is cheaper; `none`: nothing is found.
"""

from __future__ import annotations

import argparse
import ast
import random
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from dlexamples.formats import parse
from dlexamples.repair.syntax import fault_of, read_drafts
from dlexamples.repair.syntax.text import COMPOUND, insert, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 3_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpus", type=Path)
    arguments.add_argument("--each", type=int, default=60, help="broken blocks of each kind")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--show", default="", help="print what comes out wrong of this kind, or `all`")
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    blocks = list(_blocks(given.corpus))
    print(f"{len(blocks)} blocks; {given.each} broken of each kind, seed {given.seed}\n")
    print("| broken by | right | tie | wrong | none |")
    print("|---|---|---|---|---|")
    for name, breaks in KINDS.items():
        counts = Counter[str]()
        for source, broken in _broken(blocks, breaks, given.each, random.Random(given.seed)):
            kind, drafts = _judged(source, broken)
            counts[kind] += 1
            if kind in {"wrong", "none"} and given.show in {name, "all"}:
                print(f"--- {name}: {kind}\n{broken}\n=>\n{drafts}", file=sys.stderr)
        print(f"| {name} | " + " | ".join(str(counts[kind]) for kind in ("right", "tie", "wrong", "none")) + " |")


def _blocks(corpus: Path) -> Iterator[str]:
    for path in sorted((corpus / "docs").iterdir()):
        for block in parse(path, path.read_text(encoding="utf-8")).blocks:
            is_short = block.source.count("\n") > 2 and len(block.source) < LONGEST
            if block.is_python and is_short and not block.flaws and fault_of(block.source) is None:
                yield block.source


def _broken(
    blocks: list[str], breaks: Callable[[str, random.Random], str | None], many: int, chance: random.Random
) -> Iterator[tuple[str, str]]:
    found = 0
    for source in chance.sample(blocks, len(blocks)):
        broken = breaks(source, chance)
        if broken is not None and fault_of(broken) is not None:
            yield source, broken
            found += 1
        if found == many:
            return


def _judged(source: str, broken: str) -> tuple[str, str]:
    drafts = read_drafts(broken)
    if not drafts:
        return "none", str(fault_of(broken))
    cheapest = [draft for draft in drafts if draft.cost == drafts[0].cost]
    trees = {ast.dump(ast.parse(draft.source)) for draft in cheapest}
    shown = "\n".join(f"{d.cost} {[c.what for c in d.changes]}\n{d.source}" for d in drafts)
    if ast.dump(ast.parse(source)) in trees:
        return ("right" if len(trees) == 1 else "tie"), shown
    if ast.dump(ast.parse(source)) in {ast.dump(ast.parse(draft.source)) for draft in drafts}:
        return "tie", shown
    return "wrong", shown


def _drops(*texts: str) -> Callable[[str, random.Random], str | None]:
    def breaks(source: str, chance: random.Random) -> str | None:
        places = [token for token in tokens(source) if token.text in texts]
        if not places:
            return None
        token = chance.choice(places)
        return source[: token.start] + source[token.end :]

    return breaks


def _drops_colon(source: str, chance: random.Random) -> str | None:
    rows = source.split("\n")
    heads = [i for i, row in enumerate(rows) if row.rstrip().endswith(":") and row.split()[0] in COMPOUND]
    if not heads:
        return None
    i = chance.choice(heads)
    return "\n".join([*rows[:i], rows[i].rstrip()[:-1], *rows[i + 1 :]])


def _drops_quote(source: str, chance: random.Random) -> str | None:
    strings = [t for t in tokens(source) if t.kind == "string" and "\n" not in t.text and len(t.text) > 2]
    if not strings:
        return None
    token = chance.choice(strings)
    at = token.end - 1 if chance.random() < 0.7 else token.start + token.text.index(token.text[-1])
    return source[:at] + source[at + 1 :]


def _closes_at_the_end(source: str, chance: random.Random) -> str | None:
    """The construct over several lines whose closing line is lost, as language models leave it."""
    rows = source.split("\n")
    alone = [i for i, row in enumerate(rows) if row.strip() and set(row.strip()) <= set(")]}")]
    if not alone:
        return None
    i = chance.choice(alone)
    return "\n".join([*rows[:i], *rows[i + 1 :]])


def _indents(source: str, chance: random.Random) -> str | None:
    rows = source.split("\n")
    lines = [i for i, row in enumerate(rows) if row.strip() and not row.startswith((" ", "#", ")", "]", "}"))]
    i = chance.choice(lines) if lines else 0
    return "\n".join([*rows[:i], " " + rows[i], *rows[i + 1 :]]) if i else None


def _dedents(source: str, chance: random.Random) -> str | None:
    rows = source.split("\n")
    lines = [i for i, row in enumerate(rows) if row.startswith("    ") and row.strip()[:1] not in ("", *"#)]}")]
    if not lines:
        return None
    i = chance.choice(lines)
    return "\n".join([*rows[:i], rows[i][1:], *rows[i + 1 :]])


def _joins(source: str, chance: random.Random) -> str | None:
    rows = source.split("\n")
    pairs = [i for i in range(len(rows) - 1) if "=" in rows[i] and "=" in rows[i + 1] and rows[i + 1][:1].isalpha()]
    if not pairs:
        return None
    i = chance.choice(pairs)
    return "\n".join([*rows[:i], f"{rows[i]} {rows[i + 1]}", *rows[i + 2 :]])


def _prints(source: str, chance: random.Random) -> str | None:
    """As in Python 2."""
    found = [t for t in tokens(source) if t.text == "print"]
    if not found:
        return None
    for token in reversed(found):
        row_end = source.find("\n", token.end)
        line = source[token.end : row_end].rstrip()
        if line.startswith("(") and line.endswith(")") and ("=" not in line):
            source = f"{source[: token.end]} {line[1:-1]}{source[row_end:]}"
    return source


def _speaks(source: str, chance: random.Random) -> str | None:
    return insert(source, len(source), "This will print the loss of each epoch.\n")


KINDS: dict[str, Callable[[str, random.Random], str | None]] = {
    "a closing bracket": _drops(")", "]", "}"),
    "a closing line": _closes_at_the_end,
    "a comma": _drops(","),
    "a colon": _drops_colon,
    "a quote": _drops_quote,
    "an indent of one": _indents,
    "a dedent of one": _dedents,
    "two lines joined": _joins,
    "print statements": _prints,
    "prose at the end": _speaks,
}

if __name__ == "__main__":
    main()
