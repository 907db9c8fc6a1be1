"""How soon an edit is answered: `dlexamples check --watch`, from the save to the report.

    python benchmarks/watch.py [--runs N] > table.md

A post of torch blocks is watched, and one of them saved with another text N times. Beside it stands what it would cost
without: the same check in a new process, with nothing kept, and an interpreter's `import torch` alone. They are
measured in turn. The goal is 0.3 s.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

GOAL = 0.3
"""Seconds from the save to the report."""
LAYERS = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters())
inputs, targets = torch.randn(32, 4), torch.randint(2, (32,))
for _ in range(5):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(inputs), targets)
    loss.backward()
    optimizer.step()
"""
POST = f"""\
# Edited

```python
import torch
print(torch.ones(2).sum())
```

# A training

```python
{LAYERS}```

# Another

```python
import torch
print(torch.arange(6).reshape(2, 3) @ torch.ones(3, dtype=torch.int64))
```
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="(default 15)")
    runs = parser.parse_args().runs
    edits = {
        "`torch.ones(2).sum()`": ("torch.ones(2)", "torch.ones({})"),
        "a training of five steps": ("nn.Linear(4, 16)", "nn.Linear(4, 16, bias={} > 0)"),
    }
    print("| edited block | saved to report | the same check anew | `import torch` | goal |")
    print("|---|---|---|---|---|")
    for name, (old, new) in edits.items():
        answered, anew, imported = measured(old, new, runs)
        kept = "kept" if answered < GOAL else "missed"
        print(f"| {name} | {answered:.3f} s | {anew:.2f} s | {imported:.2f} s | {GOAL} s: {kept} |")


def measured(old: str, new: str, runs: int) -> tuple[float, float, float]:
    """The medians of an answer, a check in a new process and torch's import, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        post = Path(folder, "post.md")
        post.write_text(POST, encoding="utf-8")
        environment = {**os.environ, "DLEXAMPLES_CACHE": "false", "DLEXAMPLES_DEVICE": "cpu"}
        check = [sys.executable, "-m", "dlexamples", "check"]
        found: list[tuple[float, float, float]] = []
        with subprocess.Popen(
            [*check, "--watch", str(post)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as watching:
            assert watching.stdout
            until("waiting", watching.stdout)
            for number in range(3, 3 + runs):
                time.sleep(0.5)  # An author does not save as soon as the report is there.
                began = time.perf_counter()
                post.write_text(POST.replace(old, new.format(number)), encoding="utf-8")
                until("3 blocks: 3 passed", watching.stdout)
                answered = time.perf_counter() - began
                until("waiting", watching.stdout)
                anew = seconds([*check, str(post)], environment)
                found.append((answered, anew, seconds([sys.executable, "-c", "import torch"], environment)))
            watching.send_signal(signal.SIGINT)
        answered, anew, imported = (statistics.median(each) for each in zip(*found, strict=True))
        return answered, anew, imported


def until(last: str, lines: IO[str]) -> None:
    """Reads on to a line with `last`. Raises RuntimeError where there is none."""
    said = []
    for line in lines:
        said.append(line)
        if last in line:
            return
    raise RuntimeError("".join(said))


def seconds(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
