"""What other tools make of the same post, and of a block that misbehaves: the tables of docs/compare.md.

    python benchmarks/compare POST [--only NAME …] [--folder FOLDER] > compare.md

POST is a post whose fences have no language (post.md). Each peer is installed into an environment of its own that sees
the packages of this one, is given a folder with what its own documentation asks for, and runs there in a process group
that is killed after its time limit. What ran is not read from what a tool prints: each block says that it began and
that it came to its end, in a file outside. (dlexamples shuts its blocks in: they print it, and it is in the report.)

| table | what is compared |
|---|---|
| post | POST as written, its fences labelled, and marked as the peer asks; *found*: run where all code is taken out |
| block | three blocks of which the second misbehaves; a time-out of 5 s for those that have one, and 20 s for all |

FOLDER keeps the environments, which are used again, and what each peer was given and printed. Linux.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from peers import PEERS, labelled, unlabelled
from running import UnmeasuredError, environment, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from peers import Fence, Peer
    from running import Outcome

FENCE = re.compile(r"^```[^\n]*\n(.*?)^```$", re.M | re.S)
POST = ("tool", "as written: run, exit code", "labelled: found, run, passed, exit code", "marked as it asks: the same")
EMPTY = "\n\n".join(f"# Block {n}\n\n```\n```" for n in (1, 2, 3)) + "\n"
BLOCKS = {
    "`sys.exit(0)`": "import sys\nsys.exit(0)",
    "`os._exit(0)`": "import os\nos._exit(0)",
    "segmentation fault": "import ctypes\nctypes.string_at(0)",
    "endless loop": "while True: pass",
    "`SIGKILL`, as where memory runs out": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "`os.chdir`, `os.environ`": "import os\nos.mkdir('left')\nos.chdir('left')\nos.environ['LEFT'] = '1'",
    "a global name": "left = 1",
}
LEAVES = {"`os.chdir`, `os.environ`": ("folder", "environment"), "a global name": ("name",)}
LEFT = {
    "folder": "import os\nif os.path.basename(os.getcwd()) == 'left': {}",
    "environment": "import os\nif 'LEFT' in os.environ: {}",
    "name": "if 'left' in globals(): {}",
}
"""How the third block tells what of the second's it sees."""


def main() -> None:
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("post", type=Path)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # A shell lets what it starts with & ignore it.
    post = asked.post.read_text(encoding="utf-8")
    peers = [peer for peer in PEERS if peer.name in asked.only]
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(os.cpu_count()) as side_by_side:
        folder = (asked.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        needed = {peer.requirements for peer in peers}
        programs = {each: side_by_side.submit(environment, each, folder) for each in needed}
        rows = list(side_by_side.map(lambda peer: measured(peer, programs[peer.requirements], folder, post), peers))
    print(table(POST, {peer.name: row for peer, (row, _) in zip(peers, rows, strict=True)}))
    print(table(("tool", *BLOCKS), {peer.name: row for peer, (_, row) in zip(peers, rows, strict=True)}))


def table(head: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """One row for those that give the same."""
    merged: dict[tuple[str, ...], list[str]] = {}
    for name, cells in rows.items():
        merged.setdefault(tuple(cells), []).append(name)
    same = [("; ".join(names), *cells) for cells, names in merged.items()]
    return f"| {' | '.join(head)} |\n|{'---|' * len(head)}\n" + "".join(f"| {' | '.join(row)} |\n" for row in same)


def measured(peer: Peer, installed: Future[Path], folder: Path, post: str) -> tuple[list[str], list[str]]:
    """The peer's cells of both tables."""
    try:
        programs = installed.result()
    except UnmeasuredError as why:
        return [str(why), *[""] * (len(POST) - 2)], [str(why), *[""] * (len(BLOCKS) - 1)]
    row = list(of_post(peer, programs, folder, post))
    print(peer.name, *row, sep=" | ", file=sys.stderr, flush=True)
    try:
        blocks = list(of_blocks(peer, programs, folder))
    except UnmeasuredError as why:
        blocks = [str(why), *[""] * (len(BLOCKS) - 1)]
    print(peer.name, *blocks, sep=" | ", file=sys.stderr, flush=True)
    return row, blocks


def of_post(peer: Peer, programs: Path, folder: Path, post: str) -> Iterator[str]:
    number = len(FENCE.findall(post))

    def ran(fence: Fence, code: Callable[[str], str] = str) -> Outcome:
        return run(peer, programs, folder, "post", lambda say: with_fences(post, fence, say, code))

    whole = ran(unlabelled)
    note = f" ({whole.verdicts})" if whole.verdicts else ""
    yield f"{whole.number('began')}, {whole.status(number)}{note}"
    for fence in filter(None, (labelled, peer.marked)):
        tame, whole = ran(fence, lambda _: ""), ran(fence)
        yield f"{tame.number('began')}, {whole.number('began')}, {whole.number('ended')}, {whole.status(number)}"
    if not peer.marked:
        yield ""


def of_blocks(peer: Peer, programs: Path, folder: Path) -> Iterator[str]:
    fence = peer.marked or labelled

    def ran(second: str) -> Outcome:
        return run(peer, programs, folder, "block", lambda say: with_fences(EMPTY, fence, say, codes(second, say)))

    def codes(second: str, say: Callable[[str], str]) -> Callable[[str], str]:
        each = iter(("", second, "\n".join(code.format(say(what)) for what, code in LEFT.items())))
        return lambda _: next(each)

    tame = ran("")
    if tame.exit != 0 or tame.number("ended") < 3:
        raise UnmeasuredError(f"of three blocks that do nothing, runs {tame.number('ended')}: {tame.status(3)}")
    for name, code in BLOCKS.items():
        each = ran(code)
        left = [what for what in LEAVES.get(name, ()) if what in each.said]
        if each.exit is None:
            yield "hangs" if each.number("began 2") else "does not begin in time"
        elif not each.number("began 3"):
            yield f"{each.status(3)}, lost"
        elif name not in LEAVES:
            yield f"{each.status(3)}, ran"
        elif len(left) < len(LEAVES[name]):
            yield " and ".join(left) + " seen" if left else "not seen"
        else:
            yield "seen"


def with_fences(post: str, fence: Fence, say: Callable[[str], str], code: Callable[[str], str]) -> str:
    """The post, each block of which says that it began and that it came to its end."""
    number = itertools.count(1)

    def replaced(match: re.Match[str]) -> str:
        n = next(number)
        parts = (say(f"began {n}"), code(match[1]).rstrip("\n"), say(f"ended {n}"))
        return fence(n, "\n".join(filter(None, parts)) + "\n")

    return FENCE.sub(replaced, post)


if __name__ == "__main__":
    main()
