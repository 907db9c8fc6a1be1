"""uv and pip: which packages would come for a list of requirements, and how they are put into a folder.

Both see what is installed here and are held to it by a list of constraints: a package that is here is never replaced,
and never laid down a second time. Only wheels are taken. A source distribution runs its own `setup.py` as it is
built, as the user and before any block has been looked at; what a wheel holds runs when a block imports it, in the
block's process. The newest release may have no wheel, or not suit what is installed here: that is told.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from packaging.requirements import Requirement

from dlexamples.verdicts.packages import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST = 900.0
"""Seconds that one command may take."""
_WHEELS = ("--only-binary", ":all:")
_NO_ANSWER = re.compile(r"connection broken by|Failed to fetch|error sending request|Could not connect", re.I)
_CONFLICT = re.compile(
    r"(?P<uv>Because .*?)(?:\n\s*\n|\n\w|\Z)|The conflict is caused by:\n(?P<pip>.*?)\n\s*\n", re.DOTALL
)
"""What uv and pip say when the wanted releases do not suit each other, or what is here."""
_NONE_FOUND = re.compile(r"No matching distribution|was not found|no (usable )?wheels", re.I)
_OFFLINE = "was not found in the cache"
"""Of a package, where uv is told to ask no index."""
_FRAMEWORK = re.compile(
    r"(torch|tensorflow(-cpu|-gpu|-intel|-macos)?|tf-nightly|triton|jaxlib-cuda.*|nvidia-.*|.*-cu1\d)"
)


class Pin(NamedTuple):
    """One release of a package."""

    name: str
    version: str
    newest: str = ""
    """What a reader gets in its place, where that is another one."""


class RefusedError(Exception):
    """What cannot be installed; the argument is the reason, in one line."""

    def __init__(self, reason: str, *, for_now: bool = False) -> None:
        super().__init__(reason)
        self.for_now = for_now
        """The reason is not the packages': another try may succeed."""


class Installer(Protocol):
    def resolve(self, requirements: Sequence[str], constraints: Path) -> tuple[Pin, ...]:
        """What is to be added to the installed packages. Raises RefusedError."""

    def all_of(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
        """These and all that they need, whatever is installed. Raises RefusedError."""

    def newest(self, requirement: str) -> str:
        """Which version comes where nothing is installed and every release will do; empty when none is listed. Raises
        RefusedError."""

    def install(self, pins: Sequence[Pin], folder: Path) -> None:
        """Puts exactly these into `folder`. Raises RefusedError."""


def installer() -> Installer:
    """uv where it is there, else the running interpreter's pip. Raises RefusedError."""
    if program := uv():
        return Uv(program)
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        raise RefusedError(f"neither uv nor the pip of {sys.executable} is there to install it", for_now=True)
    return Pip()


def uv() -> str:
    """The program; empty where it is not there."""
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    return beside or shutil.which("uv") or ""


class Uv:
    def __init__(self, program: str) -> None:
        self.program = program

    def resolve(self, requirements: Sequence[str], constraints: Path) -> tuple[Pin, ...]:
        # A dry run writes nothing, also to an interpreter that the system manages.
        dry = ("--dry-run", "--break-system-packages", "--python", sys.executable)
        done = _run(self.program, "pip", "install", *dry, *_WHEELS, "--constraint", str(constraints), *requirements)
        return _pins(r"^ \+ ", done.stderr)

    def all_of(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
        how = ("--quiet", "--no-header", "--no-annotate", *_WHEELS, "--python", sys.executable)
        return _pins("^", _run(self.program, "pip", "compile", *how, "-", said="\n".join(requirements)).stdout)

    def newest(self, requirement: str) -> str:
        # Without dependencies nothing of a source distribution is run: its name tells the version.
        how = ("--no-deps", "--quiet", "--no-header", "--no-annotate", "--python", sys.executable)
        found = _pins("^", _run(self.program, "pip", "compile", *how, "-", said=requirement).stdout)
        return found[0].version if found else ""

    def install(self, pins: Sequence[Pin], folder: Path) -> None:
        # A hard link would be uv's own file, and the folder's may be written to.
        how = ("--no-deps", "--compile-bytecode", "--link-mode", "copy", "--python", sys.executable)
        _run(self.program, "pip", "install", *how, *_WHEELS, "--target", str(folder), *_exactly(pins))


class Pip:
    def __init__(self) -> None:
        self.options = ("--disable-pip-version-check", "--no-input", "--retries", "1")

    def resolve(self, requirements: Sequence[str], constraints: Path) -> tuple[Pin, ...]:
        return self._reported("--constraint", str(constraints), *requirements)

    def all_of(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
        return self._reported("--ignore-installed", *requirements)

    def _reported(self, *asked: str) -> tuple[Pin, ...]:
        """What would be installed."""
        with tempfile.TemporaryDirectory(prefix="dlexamples-") as folder:
            report = Path(folder) / "report.json"
            # Not quietly: which releases are in conflict is no error to pip, only the conflict is.
            dry = ("--dry-run", "--report", str(report), *_WHEELS)
            _run(sys.executable, "-m", "pip", "install", *self.options, *dry, *asked)
            found = [each["metadata"] for each in json.loads(report.read_text("utf-8"))["install"]]
        return tuple(Pin(each["name"], each["version"]) for each in found)

    def newest(self, requirement: str) -> str:
        wanted = Requirement(requirement)
        done = _run(sys.executable, "-m", "pip", "index", "versions", *self.options, wanted.name)
        listed = re.search(r"^Available versions: (.*)$", done.stdout, re.MULTILINE)
        versions = listed[1].split(", ") if listed else []
        return next((version for version in versions if wanted.specifier.contains(version)), "")

    def install(self, pins: Sequence[Pin], folder: Path) -> None:
        how = ("--quiet", "--no-deps", *_WHEELS, "--target", str(folder))
        _run(sys.executable, "-m", "pip", "install", *self.options, *how, *_exactly(pins))


def is_framework(name: str) -> bool:
    """Or what one brings: gigabytes."""
    return bool(_FRAMEWORK.fullmatch(plain(name)))


def require_small(name: str) -> None:
    """Raises RefusedError for a framework and what it brings: gigabytes, once more for every post."""
    if is_framework(name):
        raise RefusedError(f"{name} is too large for an environment of one post; install it where dlexamples runs")


def _exactly(pins: Sequence[Pin]) -> list[str]:
    return [f"{pin.name}=={pin.version}" for pin in pins]


def _pins(prefix: str, said: str) -> tuple[Pin, ...]:
    """From lines of `name==version` in what uv says."""
    found = re.findall(rf"{prefix}([^=\s\[]+)(?:\[.*\])?==([^\s;]+)", said, re.MULTILINE)
    return tuple(Pin(name, version) for name, version in found)


def _run(*command: str, said: str = "") -> subprocess.CompletedProcess[str]:
    # `-m pip` would import modules that lie in the author's folder.
    environment = {"UV_HTTP_RETRIES": "1", **os.environ, "PYTHONSAFEPATH": "1", "NO_COLOR": "1"}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            input=said,
            env=environment,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise RefusedError(f"{Path(command[0]).name} was not done after {LONGEST:.0f} s", for_now=True) from None
    except OSError as error:
        raise RefusedError(str(error), for_now=True) from error
    if done.returncode:
        raise _refusal(f"{done.stdout}\n{done.stderr}")
    return done


def _refusal(said: str) -> RefusedError:
    if _NO_ANSWER.search(said) and not _CONFLICT.search(said):
        return RefusedError("no package index answers", for_now=True)
    reason = "; ".join(dict.fromkeys(_reasons(said))) or "the installer does not say why"
    if _OFFLINE in reason:
        return RefusedError(reason, for_now=True)
    return RefusedError(f"{reason} (only wheels are taken)" if _NONE_FOUND.search(reason) else reason)


def _reasons(said: str) -> Iterator[str]:
    """The sentences that tell why, from an installer's log."""
    if found := _CONFLICT.search(said):
        rows = [row.strip(" │╰─▶├") for row in (found["uv"] or found["pip"]).splitlines()]
        if found["uv"]:  # One sentence, wrapped; earlier versions draw a tree of them.
            yield " ".join(rows).partition(" And because ")[0]
            return
        stays = dict(re.findall(r"\(constraint\) (([\w.-]+)==\S+)", found["pip"]))
        here = {plain(name): pinned for pinned, name in stays.items()}
        wants = [(row, here.get(plain(match[1]))) for row in rows if (match := re.search(r"on ([\w.-]+)", row))]
        without = ("No matching distribution of the version that a reader gets", None)
        row, pinned = next((each for each in wants if each[1]), next(iter(wants), without))
        yield f"{row}, and {pinned} is here" if pinned else row
        return
    errors = [row for row in said.splitlines() if row.startswith(("ERROR:", "error:"))]
    yield from (row.partition(":")[2].strip() for row in errors[-1:])
