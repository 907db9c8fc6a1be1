"""`[tool.dlexamples]` of the nearest pyproject.toml; the command line and the environment win over it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.errors import ToldError
from dlexamples.model import Verdict

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEVICES = ("auto", "cpu", "cuda")
SANDBOXES = ("auto", "require", "off")
SESSIONS = ("auto", "document", "block")
ALWAYS_ACCEPTED = frozenset({Verdict.PASSED, Verdict.SKIPPED, Verdict.NOT_PYTHON})
OF_TRAINING = "DL4"
"""How the codes of training that teaches nothing begin."""
LONGEST_TIMEOUT = 86_400
ACCEPTABLE = ("filled", "repaired")
EXECUTORS = "local, ray, or ray:ADDRESS, where ADDRESS is auto or HOST:PORT"
CODES = "a list of codes, or of their beginnings: DL4, DL206"
MOST_TRIES = 10_000
LEAST_MEMORY, MOST_MEMORY = 16, 1 << 24
_OF_ENVIRONMENT = (
    "accept", "error", "exclude", "device", "session", "timeout", "tries", "search_timeout", "epochs", "smoke", "jobs",
    "install", "cache", "cache_dir", "baseline", "executor", "sandbox", "memory",
    "output_format", "html",
)  # fmt: skip


class BadSettingError(ToldError, ValueError):
    """A setting that cannot be used: what was found, where, and what would do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What to check and what to let through."""

    posts: tuple[str, ...] = ()
    """Paths, relative to `folder`, that are checked when none is named: posts, folders, glob patterns."""
    exclude: tuple[str, ...] = ()
    """What a search of a folder leaves out: gitignore's patterns, relative to `folder`."""
    accept: tuple[str, ...] = ("filled",)
    """Verdicts that pass beside those that always do: `filled`, `repaired`."""
    strict: bool = False
    """Only a block that runs as printed, and trains, passes, whatever `accept` says."""
    error: tuple[str, ...] = ()
    """Codes, or their beginnings, whose warnings do not pass: `DL4`, `DL206`."""
    device: str = "auto"
    session: str = "auto"
    timeout: float = 60.0
    """Seconds for one block."""
    tries: int = 100
    """Candidates that the search for one session's mends may run."""
    search_timeout: float = 300.0
    """Seconds that it may take."""
    epochs: int | None = None
    """Training is shortened to so many, in what is run and never in the post."""
    smoke: bool = False
    """The shortest training there is: one epoch, where `epochs` says nothing."""
    jobs: int | None = None
    """Sessions that run at once; as many as there are cores where nothing is said, and one on a GPU."""
    network: bool = False
    """Loaders may download what they name; else something stands in for it."""
    sandbox: str = "auto"
    """Whether blocks are shut in: as far as the machine lets us, wholly or not run, not at all."""
    memory: int = 8192
    """Megabytes that a block may take beside what its libraries take."""
    install: bool | None = None
    """Whether what a post wants and is not here is installed, for that post alone. None: what it states of its
    environment is, where uv is there to do it."""
    cache: bool = True
    """What a session gave is kept, and given again while nothing has changed that decides it."""
    cache_dir: str = ""
    """A folder for that, relative to `folder`; empty for the user's cache."""
    static: bool = False
    """Nothing is run: calls are checked against the installed libraries."""
    baseline: str = ""
    """The file of what is known and let through, relative to `folder`; empty where nothing is."""
    executor: str = "local"
    """Where `check` runs the posts: `local`, `ray`, `ray:ADDRESS`."""
    output_format: str = "text"
    html: str = ""
    """Where the page is written beside the report, relative to `folder`; empty where it is not."""
    folder: Path = Path()
    """Where the settings were found."""

    @property
    def pages(self) -> tuple[Path, ...]:
        """Where the page is written."""
        return (self.folder / self.html,) if self.html else ()

    @property
    def baseline_file(self) -> Path | None:
        return self.folder / self.baseline if self.baseline else None

    @property
    def lanes(self) -> int:
        """Sessions that run at once. One after the other they share a GPU's memory with nobody."""
        from dlexamples.run.side_by_side import cores

        return self.jobs or (1 if self.device == "cuda" else cores())

    @property
    def budget(self) -> int | None:
        """Epochs to which training is shortened; None where nothing is."""
        return self.epochs or (1 if self.smoke else None)

    @property
    def accepted(self) -> frozenset[Verdict]:
        if self.strict:
            return ALWAYS_ACCEPTED
        return ALWAYS_ACCEPTED | {Verdict(name) for name in self.accept}

    @property
    def errors(self) -> tuple[str, ...]:
        return (*self.error, OF_TRAINING) if self.strict else self.error


def load(start: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that hold in the folder `start`: its project's, under `DLEXAMPLES_…` of the environment.

    Raises BadSettingError.
    """
    settings = _of_project(start)
    given: dict[str, Any] = {}
    for name in _OF_ENVIRONMENT:
        variable = f"DLEXAMPLES_{name.upper()}"
        if environment.get(variable):
            given[name] = _value(f"${variable}", name, _parsed(name, environment[variable]))
    for name in given.keys() & {"cache_dir", "html", "baseline"}:
        given[name] = str(Path(given[name]).absolute())
    return replace(settings, **given)


def _of_project(start: Path) -> Settings:
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        table = _table(path)
        if table is not None:
            values = {name: _value(f"{path}: tool.dlexamples.{_dashed(name)}", name, v) for name, v in table.items()}
            return Settings(folder=folder, **values)
    return Settings(folder=start)


def _parsed(name: str, text: str) -> Any:
    """A variable's text as the TOML value that it stands for."""
    if name in {"accept", "error", "exclude"}:
        return [word.strip() for word in text.split(",") if word.strip()]
    if name in {"install", "smoke", "cache"}:
        return {"true": True, "false": False}.get(text.lower(), text)
    if name not in {"timeout", "search_timeout", "tries", "epochs", "jobs", "memory"}:
        return text
    try:
        return int(text) if name in {"tries", "epochs", "jobs", "memory"} else float(text)
    except ValueError:
        return text


def _table(path: Path) -> dict[str, Any] | None:
    """`[tool.dlexamples]` of one file, its names with underscores; None when there is none."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettingError(f"{path}: not valid TOML: {error}") from error
    tool = data.get("tool", {})
    table = tool.get("dlexamples") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise BadSettingError(f"{path}: tool.dlexamples is {table!r}; it must be a table")
    return {name.replace("-", "_"): value for name, value in table.items()}


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _value(where: str, name: str, value: Any) -> Any:
    checks: dict[str, Callable[[Any], Any]] = {
        "posts": _strings,
        "exclude": _patterns,
        "accept": lambda v: _strings(v, ACCEPTABLE),
        "strict": _boolean,
        "error": _codes,
        "device": lambda v: _one_of(v, DEVICES),
        "session": lambda v: _one_of(v, SESSIONS),
        "timeout": _seconds,
        "tries": _tries,
        "search_timeout": _seconds,
        "epochs": _number_from_one,
        "jobs": _number_from_one,
        "smoke": _boolean,
        "network": _boolean,
        "sandbox": lambda v: _one_of(v, SANDBOXES),
        "memory": _megabytes,
        "install": _boolean,
        "cache": _boolean,
        "cache_dir": lambda v: _path(v, "folder"),
        "baseline": lambda v: _path(v, "file"),
        "executor": _executor,
        "output_format": lambda v: _one_of(v, _formats()),
        "html": lambda v: _path(v, "file"),
    }
    if name not in checks:
        known = ", ".join(map(_dashed, checks))
        raise BadSettingError(f"{where} is not a setting; there are {known}")
    try:
        return checks[name](value)
    except ValueError as error:
        raise BadSettingError(f"{where} is {value!r}; it must be {error}") from error


def _strings(value: Any, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
    what = f"a list of {' and '.join(map(repr, allowed))}" if allowed else "a list of paths"
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(what)
    if allowed and not set(value) <= set(allowed):
        raise ValueError(what)
    return tuple(value)


def _codes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and is_code(item) for item in value):
        raise ValueError(CODES)
    return tuple(value)


def is_code(text: str) -> bool:
    """Whether it is a code of a diagnostic, or begins some."""
    return bool(re.fullmatch(r"DL\d{1,3}", text))


def _patterns(value: Any) -> tuple[str, ...]:
    from dlexamples.gitignore import patterns

    try:
        found = _strings(value)
        patterns(Path(), found)
    except ValueError:
        raise ValueError("a list of patterns as in .gitignore") from None
    return found


def _one_of(value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"one of {', '.join(allowed)}")
    return str(value)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= LONGEST_TIMEOUT:
        raise ValueError(f"a number of seconds above 0 and at most {LONGEST_TIMEOUT:,}")
    return float(value)


def _tries(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_TRIES:
        raise ValueError(f"a number from 0 to {MOST_TRIES:,}")
    return value


def _number_from_one(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("a number of 1 or more")
    return value


def _path(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"the path of a {what}")
    return value


def _executor(value: Any) -> str:
    if not is_executor(value):
        raise ValueError(EXECUTORS)
    return str(value)


def is_executor(value: Any) -> bool:
    return value in {"local", "ray"} or (isinstance(value, str) and value.startswith("ray:") and value != "ray:")


def _megabytes(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not LEAST_MEMORY <= value <= MOST_MEMORY:
        raise ValueError(f"a number of megabytes from {LEAST_MEMORY} to {MOST_MEMORY:,}")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _formats() -> tuple[str, ...]:
    from dlexamples.reports import names

    return tuple(names())
