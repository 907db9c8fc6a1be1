"""What running blocks costs, each number beside the one that it is compared with, measured in the same run.

    python benchmarks/speed.py POST [--only blocks imports trivial cold documents] > speed.md

POST is a post with torch and TensorFlow in it (post.md). The peers are installed into an environment of their own that
sees the packages of this one. Processor time is that of a command with all processes that it started; run it on a
machine that does nothing else.

| table | what is compared |
|---|---|
| blocks | 40 blocks of `import torch; torch.ones(2).sum()`, independent of each other |
| imports | 40 blocks that begin with `from sklearn.linear_model import LogisticRegression`, which no server imports |
| trivial | 200 blocks of `assert 1 + 1 == 2` |
| cold | POST, against one import of each framework side by side and the blocks' own time |
| documents | 1, 10, 100, 1000 posts: processor time a post, and the most memory that all processes hold together |
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import site
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PEERS = ("pytest-markdown-docs", "doccmd", "markdown-pytest")
TABLES = ("blocks", "imports", "trivial", "cold", "documents")
FORKS = """
import os
code = compile({0!r}, "block", "exec")
{2}
for _ in range({1}):
    if os.fork() == 0:
        exec(code, {{"__name__": "__main__"}})
        os._exit(0)
    os.wait()
"""
FRAMEWORKS = ("import torch, torch._dynamo", "import tensorflow; tensorflow.keras.Sequential")


@dataclass(frozen=True, slots=True)
class Spent:
    seconds: float
    cpu: float
    memory: int = 0
    """Bytes, the most that all processes of the command held at one time; 0 where it was not looked at."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("post", type=Path)
    parser.add_argument("--only", nargs="+", choices=TABLES, default=TABLES)
    asked = parser.parse_args()
    tables: dict[str, Callable[[Path], Iterator[str]]] = {
        "blocks": lambda folder: blocks(folder, 40, "import torch\ntorch.ones(2).sum()"),
        "imports": lambda folder: blocks(
            folder, 40, "from sklearn.linear_model import LogisticRegression\nLogisticRegression()"
        ),
        "trivial": lambda folder: blocks(folder, 200, "assert 1 + 1 == 2"),
        "cold": lambda folder: cold(asked.post.resolve()),
        "documents": documents,
    }
    for name in asked.only:
        with tempfile.TemporaryDirectory() as folder:
            for line in tables[name](Path(folder)):
                print(line, flush=True)
        print()


def blocks(folder: Path, number: int, code: str) -> Iterator[str]:
    """One process for all, one for each, and ours."""
    python = peers(folder)
    for name, before in (("post.md", ""), ("named.md", "<!-- name: test_{n}; subprocess: true -->\n")):
        fences = (f"# b{n}\n\n{before.format(n=n)}```python\n{code}\n```\n" for n in range(number))
        (folder / name).write_text("\n".join(fences))
    pytest = [python, "-m", "pytest", "-q", "-p", "no:dlexamples", "-p", "no:hypothesispytest", "-p", "no:xdist"]
    own = [sys.executable, "-m", "dlexamples", "check", "--no-cache", "post.md"]
    found = {
        "dlexamples": spent(own, folder),
        "pytest-markdown-docs, in one process": spent([*pytest, "--markdown-docs", "post.md"], folder),
        "doccmd, a process a block": spent(
            [str(Path(python).parent / "doccmd"), "-l", "python", "-c", python, "post.md"], folder
        ),
        "markdown-pytest, `subprocess: true`": spent([*pytest, "named.md"], folder),
        "no tool: a fork a block, without a wall": spent(
            [sys.executable, "-c", FORKS.format(code, number, code.rpartition(chr(10))[0])], folder
        ),
    }
    ours = found["dlexamples"].cpu
    yield f"| {number} blocks of `{code.replace(chr(10), '; ')}` | s | processor s | processor, dlexamples = 1 |"
    yield "|---|---:|---:|---:|"
    for name, each in found.items():
        yield f"| {name} | {each.seconds:.1f} | {each.cpu:.1f} | {each.cpu / ours:.2f} |"


def cold(post: Path) -> Iterator[str]:
    own = [sys.executable, "-m", "dlexamples", "check", "--no-cache", "--output-format", "json", str(post)]
    started = time.perf_counter()
    ran = subprocess.run(own, capture_output=True, check=False)
    whole = time.perf_counter() - started
    found = [block for document in json.loads(ran.stdout)["documents"] for block in document["blocks"]]
    inside = sum(block["seconds"] for block in found)
    started = time.perf_counter()
    for process in [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) for code in FRAMEWORKS]:
        process.wait()
    imports = time.perf_counter() - started
    yield f"| {post.name}, cold | s |"
    yield "|---|---:|"
    yield f"| dlexamples | {whole:.1f} |"
    yield f"| one import of each framework, side by side | {imports:.1f} |"
    yield f"| the blocks' own time | {inside:.1f} |"
    yield f"| dlexamples : the sum of the two | {whole / (imports + inside):.2f} |"


def documents(folder: Path) -> Iterator[str]:
    yield "| posts | s | processor s | processor ms a post, the first left out | memory, MB |"
    yield "|---:|---:|---:|---:|---:|"
    first: Spent | None = None
    for number in (1, 10, 100, 1000):
        posts = folder / str(number)
        posts.mkdir()
        for n in range(number):
            (posts / f"{n}.md").write_text(f"# A post\n\n```python\nx = {n}\n```\n\n```python\nprint(x + 1)\n```\n")
        own = [sys.executable, "-m", "dlexamples", "check", "--no-cache", str(posts)]
        each = spent(own, folder)
        memory = spent(own, folder, watch=True).memory  # Looking takes some of the processor's time.
        first = first or each
        cost = f"{1000 * (each.cpu - first.cpu) / (number - 1):.0f}" if number > 1 else ""
        yield f"| {number} | {each.seconds:.1f} | {each.cpu:.1f} | {cost} | {memory / 1e6:.0f} |"


def peers(folder: Path) -> str:
    """The interpreter of an environment that has the peers, and what is installed here."""
    environment = folder / "peers"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = str(environment / ("Scripts" if os.name == "nt" else "bin") / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=True, stdout=subprocess.DEVNULL)
    code = "import site; print(site.getsitepackages()[0])"
    own = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    (Path(own) / "these.pth").write_text("\n".join(site.getsitepackages()))
    return python


def spent(command: Sequence[str], folder: Path, *, watch: bool = False) -> Spent:
    """Of a command that runs to its end, whatever its exit status."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = [0]
    if watch:
        threading.Thread(target=look, args=(process, most), daemon=True).start()
    process.wait()
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(seconds, cpu, most[0])


def look(process: subprocess.Popen[bytes], most: list[int]) -> None:
    """The most memory that the process and its descendants hold, each shared page once."""
    while process.poll() is None:
        most[0] = max(most[0], sum(map(proportional, tree(process.pid))))
        time.sleep(0.05)


def tree(pid: int) -> Iterator[int]:
    """With what each of its threads has started."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in thread.read_text().split():
                yield from tree(int(child))


def proportional(pid: int) -> int:
    """Bytes; proc(5), smaps_rollup."""
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(row.split()[1]) for row in rows if row.startswith("Pss:"))


if __name__ == "__main__":
    main()
