"""What an unchanged post costs: `dlexamples check` beside an interpreter that does nothing.

    python benchmarks/unchanged.py [POST…] [--runs N] > table.md

Each post is checked once to fill a cache of the benchmark's own, then N times, in turn with `python -c pass`, so that
whatever else the machine does falls on both. Told are the medians, and their difference, which is to be 0.4 s at most.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL = 0.4
"""Seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path, nargs="*", default=[Path("README.md")])
    parser.add_argument("--runs", type=int, default=21, metavar="N", help="(default 21)")
    arguments = parser.parse_args()
    print("| post | first | unchanged | `python -c pass` | difference | goal |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as kept:
        environment = {**os.environ, "DLEXAMPLES_CACHE": "true", "DLEXAMPLES_CACHE_DIR": kept}
        for post in arguments.posts:
            check = [sys.executable, "-m", "dlexamples", "check", str(post)]
            first = seconds(check, environment)
            pairs = [
                (seconds(check, environment), seconds([sys.executable, "-c", "pass"], environment))
                for _ in range(arguments.runs)
            ]
            unchanged, nothing = (statistics.median(each) for each in zip(*pairs, strict=True))
            kept_it = "kept" if unchanged - nothing <= GOAL else "missed"
            print(
                f"| {post.name} | {first:.2f} s | {unchanged:.3f} s | {nothing:.3f} s | {unchanged - nothing:.3f} s "
                f"| {GOAL} s: {kept_it} |"
            )


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Raises RuntimeError where the command did not do what it was asked for."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    taken = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return taken


if __name__ == "__main__":
    main()
