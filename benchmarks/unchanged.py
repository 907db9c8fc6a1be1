"""What an unchanged post costs: `dlexamples check` beside an interpreter that does nothing.

    python benchmarks/unchanged.py [POST…] [--runs N] > table.md

Beside the posts stands one of 200 sessions that is made for it. Each is checked once to fill a cache of the benchmark's
own, then N times, in turn with `python -c pass`, so that whatever else the machine does falls on both. Told are the
medians, and their difference, which is to be 0.4 s at most; and the same of the processor's time alone, which a busy
machine stretches less.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

GOAL = 0.4
"""Seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path, nargs="*", default=[Path("README.md")])
    parser.add_argument("--runs", type=int, default=21, metavar="N", help="(default 21)")
    arguments = parser.parse_args()
    print("| post | first | unchanged | `python -c pass` | difference | goal | processor's time: difference |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as kept:
        environment = {**os.environ, "DLEXAMPLES_CACHE": "true", "DLEXAMPLES_CACHE_DIR": kept}
        for post in (*arguments.posts, many(Path(kept), 200)):
            check = [sys.executable, "-m", "dlexamples", "check", str(post)]
            first = taken(check, environment)
            pairs = [
                (taken(check, environment), taken([sys.executable, "-c", "pass"], environment))
                for _ in range(arguments.runs)
            ]
            unchanged, nothing = (medians(each) for each in zip(*pairs, strict=True))
            difference = unchanged.seconds - nothing.seconds
            kept_it = "kept" if difference <= GOAL else "missed"
            print(
                f"| {post.name} | {first.seconds:.2f} s | {unchanged.seconds:.3f} s | {nothing.seconds:.3f} s "
                f"| {difference:.3f} s | {GOAL} s: {kept_it} | {unchanged.processor - nothing.processor:.3f} s |"
            )


def many(folder: Path, sessions: int) -> Path:
    """A post whose blocks need nothing of each other."""
    post = folder / f"{sessions}-sessions.md"
    post.write_text("".join(f"# b{n}\n\n```python\nassert 1 + 1 == 2\n```\n\n" for n in range(sessions)))
    return post


class Taken(NamedTuple):
    seconds: float
    processor: float
    """Seconds of the processor, the system's for it included."""


def medians(found: tuple[Taken, ...]) -> Taken:
    return Taken(*(statistics.median(each) for each in zip(*found, strict=True)))


def taken(command: list[str], environment: dict[str, str]) -> Taken:
    """Raises RuntimeError where the command did not do what it was asked for."""
    began, used = time.perf_counter(), processor()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    found = Taken(time.perf_counter() - began, processor() - used)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return found


def processor() -> float:
    """Of all processes that we have started and that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
