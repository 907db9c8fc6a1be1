"""Whether the mended text of real posts runs where dlexamples is not: in a plain interpreter, a new one a session.

    python benchmarks/plain.py KEPT… [--timeout S] > table.md

KEPT is what `benchmarks/corpus.py --kept` wrote. Of each session the blocks before the first that does not run are put
together as `dlexamples fix --unsafe-fixes` would write them, and run as a script in an empty folder. Only what lies
under the loaders where there is no network is put in place before.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.paths import WORKING_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = {"passed", "filled", "repaired"}
START = """
import runpy, sys
sys.path[0] = "."
from dlexamples.run.inside import offline
offline.load()
offline.stand_in()
offline.tell_to(lambda served: None, sys.stderr.write)
runpy.run_path("session.py", run_name="__main__")
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """One session as a script."""

    file: str
    blocks: int
    changed: int
    """Blocks whose text is not the published one."""
    error: str
    """The last line of its traceback; empty where it ran to its end."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kept", type=Path, nargs="+")
    parser.add_argument("--timeout", type=float, default=300.0, metavar="S", help="seconds a session (default 300)")
    arguments = parser.parse_args()
    found: dict[str, list[Ran]] = defaultdict(list)
    for file, session in sessions(arguments.kept):
        ran = run(file, session, arguments.timeout)
        print(f"{file}: {len(session)} blocks: {ran.error or 'ran'}", file=sys.stderr, flush=True)
        found[file].append(ran)
    print("\n".join(table(found)))


def sessions(kept: list[Path]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Of each session the blocks before the first that did not run; sessions without any are left out."""
    for document in (json.loads(line) for path in kept for line in path.read_text("utf-8").splitlines()):
        together: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for block in document["blocks"]:
            if block["verdict"] != "not_python":
                together[block["session"]].append(block)
        for blocks in together.values():
            if ran := list(takewhile(lambda block: block["verdict"] in RUNS, blocks)):
                yield document["file"], ran


def run(file: str, session: list[dict[str, Any]], timeout: float) -> Ran:
    changed = sum(block["runnable_source"] != block["source"] for block in session)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, *WORKING_FOLDER)
        folder.mkdir(parents=True)
        text = "\n".join(block["runnable_source"] for block in session)
        (folder / "session.py").write_text(text, "utf-8")
        around = {"HOME": home, "KERAS_HOME": f"{home}/.keras", "MPLBACKEND": "Agg", "HF_HUB_OFFLINE": "1"}
        command = [sys.executable, "-c", START]
        options: dict[str, Any] = {"cwd": folder, "env": os.environ | around, "timeout": timeout}
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        except subprocess.TimeoutExpired:
            return Ran(file, len(session), changed, f"ran out of {timeout:g} s")
    words = done.stderr.strip().splitlines()
    return Ran(file, len(session), changed, (words or ["?"])[-1] if done.returncode else "")


def table(found: dict[str, list[Ran]]) -> Iterator[str]:
    yield "| document | sessions | blocks | changed | that run | what stops the others |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for file, ran in found.items():
        errors = "; ".join(each.error[:100] for each in ran if each.error)
        whole = sum(not each.error for each in ran)
        yield f"| {file} | {len(ran)} | {_sum(ran, 'blocks')} | {_sum(ran, 'changed')} | {whole} | {errors} |"
    ended = sum(all(not each.error for each in ran) for ran in found.values())
    yield f"\n{ended} of {len(found)} documents run"


def _sum(ran: list[Ran], what: str) -> int:
    return sum(getattr(each, what) for each in ran)


if __name__ == "__main__":
    main()
