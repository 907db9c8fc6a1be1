"""A peer's commands in an environment, a folder and a process group of their own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import site
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from peers import Peer

PATIENCE = {"post": (60, 300), "block": (5, 20)}
"""Seconds: the time-out that a peer is told, where it has one, and after which it is killed."""


class UnmeasuredError(Exception):
    """A peer that cannot be installed, or does not run blocks that do nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    exit: int | None
    """None: killed after its time limit."""
    said: frozenset[str]
    verdicts: str = ""

    def number(self, what: str) -> int:
        return sum(each.startswith(what) for each in self.said)

    def status(self, blocks: int) -> str:
        """In bold where it is green, and not all blocks came to their end."""
        code = "none in time" if self.exit is None else str(self.exit)
        return f"**{code}**" if self.exit == 0 and self.number("ended") < blocks else code


def run(peer: Peer, programs: Path, folder: Path, what: str, write: Callable[[Callable[[str], str]], str]) -> Outcome:
    """On the post that is written with the code that says a word where it can be read afterwards."""
    inside = Path(tempfile.mkdtemp(dir=folder, prefix=f"{what}-{file_name(peer.name)}-"))
    said = inside.with_suffix(".said")
    said.touch()
    outside = f"_ = open({str(said)!r}, 'a').write({{!r}})"
    post = write(lambda word: f"print({word!r})" if peer.report else outside.format(f"{word}\n"))
    for name, text in {**peer.files, peer.post: post}.items():
        (inside / name).parent.mkdir(exist_ok=True)
        (inside / name).write_text(text, encoding="utf-8")
    timeout, limit = PATIENCE[what]
    until, code = time.monotonic() + limit, None
    for command in peer.commands:
        code = ended(command.format(timeout=timeout).split(), programs, inside, until - time.monotonic())
        if code != 0:
            break
    if not peer.report:
        return Outcome(code, frozenset(said.read_text(encoding="utf-8").splitlines()))
    try:
        report = json.loads((inside / peer.report).read_text(encoding="utf-8"))
    except OSError:
        return Outcome(code, frozenset())
    blocks = [block for document in report["documents"] for block in document["blocks"]]
    verdicts = Counter(block["verdict"] for block in blocks if block["fills"] or block["verdict"] == "repaired")
    lines = frozenset(line for block in blocks for line in block["stdout"].splitlines())
    return Outcome(code, lines, ", ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items())))


def ended(command: Sequence[str], programs: Path, folder: Path, limit: float) -> int | None:
    """Its exit code; None where it was killed after the limit. Nothing that it started is left."""
    environ = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    with (folder / "printed").open("ab") as printed:
        process = subprocess.Popen(
            [str(programs / command[0]), *command[1:]],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            start_new_session=True,
        )
    groups = {process.pid}
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        groups.update(tree(process.pid))
        return None
    finally:
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        process.wait()


def tree(pid: int) -> Iterator[int]:
    """The process's descendants: kernels and interpreters have groups of their own."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from tree(child)


def environment(requirements: Sequence[str], folder: Path) -> Path:
    """The programs of one that has these, and what is installed here."""
    if not requirements:
        return Path(sys.executable).parent
    made = folder / f"with-{file_name(requirements[0])}"
    programs = made / "bin"
    if any(made.glob("lib/*/site-packages/these.pth")):
        return programs
    subprocess.run([sys.executable, "-m", "venv", str(made)], check=True)
    python = str(programs / "python")
    install = [python, "-m", "pip", "install", "-q", *requirements]
    installed = subprocess.run(install, capture_output=True, text=True, check=False)
    if installed.returncode:
        shutil.rmtree(made)
        raise UnmeasuredError(f"is not installed: {installed.stderr.strip().splitlines()[-1]}")
    code = "import site; print(site.getsitepackages()[0])"
    own = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    (Path(own) / "these.pth").write_text("\n".join(site.getsitepackages()))
    return programs


def file_name(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-")
