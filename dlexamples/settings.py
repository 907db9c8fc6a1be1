"""`[tool.dlexamples]` of the nearest pyproject.toml; the command line and the environment win over it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlexamples.model import Verdict

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEVICES = ("auto", "cpu", "cuda")
SESSIONS = ("auto", "document", "block")
ALWAYS_ACCEPTED = frozenset({Verdict.PASSED, Verdict.SKIPPED, Verdict.NOT_PYTHON})
ACCEPTABLE = ("filled", "repaired")


class BadSettingError(ValueError):
    """A setting that cannot be used: what was found, where, and what would do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What to check and what to let through."""

    posts: tuple[str, ...] = ()
    """Paths, relative to `folder`, that are checked when none is named."""
    accept: tuple[str, ...] = ("filled",)
    """Verdicts that pass beside those that always do: `filled`, `repaired`."""
    strict: bool = False
    """Only a block that runs as printed passes, whatever `accept` says."""
    device: str = "auto"
    session: str = "auto"
    timeout: float = 60.0
    """Seconds for one block."""
    output_format: str = "text"
    folder: Path = Path()
    """Where the settings were found."""

    @property
    def accepted(self) -> frozenset[Verdict]:
        if self.strict:
            return ALWAYS_ACCEPTED
        return ALWAYS_ACCEPTED | {Verdict(name) for name in self.accept}


def load(start: Path) -> Settings:
    """The settings that hold in the folder `start`. Raises BadSettingError."""
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        table = _table(path)
        if table is not None:
            return Settings(folder=folder, **{name: _value(path, name, value) for name, value in table.items()})
    return Settings(folder=start)


def _table(path: Path) -> dict[str, Any] | None:
    """`[tool.dlexamples]` of one file, its names with underscores; None when there is none."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
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


def _value(path: Path, name: str, value: Any) -> Any:
    checks = {
        "posts": lambda: _strings(value),
        "accept": lambda: _strings(value, ACCEPTABLE),
        "strict": lambda: value if isinstance(value, bool) else _refuse("true or false"),
        "device": lambda: _one_of(value, DEVICES),
        "session": lambda: _one_of(value, SESSIONS),
        "timeout": lambda: _seconds(value),
        "output_format": lambda: _one_of(value, _formats()),
    }
    where = f"{path}: tool.dlexamples.{name.replace('_', '-')}"
    if name not in checks:
        known = ", ".join(key.replace("_", "-") for key in checks)
        raise BadSettingError(f"{where} is not a setting; there are {known}")
    try:
        return checks[name]()
    except ValueError as error:
        raise BadSettingError(f"{where} is {value!r}; it must be {error}") from error


def _strings(value: Any, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
    what = f"a list of {' and '.join(map(repr, allowed))}" if allowed else "a list of paths"
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(what)
    if allowed and not set(value) <= set(allowed):
        raise ValueError(what)
    return tuple(value)


def _one_of(value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"one of {', '.join(allowed)}")
    return str(value)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        raise ValueError("a number of seconds above 0")
    return float(value)


def _refuse(what: str) -> Any:
    raise ValueError(what)


def _formats() -> tuple[str, ...]:
    from dlexamples.reports import names

    return tuple(names())
