"""What decides a run and is the machine's: the interpreter, processors, devices, the environment."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dlexamples.run.environment import inherited

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DRIVERS = ("/proc/driver/nvidia/version", "/sys/module/amdgpu/version", "/sys/module/amdgpu/srcversion")
DEVICES = ("/proc/driver/nvidia/gpus", "/dev/dri", "/dev/nvidia-caps", "/dev/accel")
"""Folders with an entry a device."""
_READS_ALL = re.compile(r"\b(environ|getenv|subprocess|popen|os\.system|spawn\w*|exec[lv]\w*)\b")
"""In a source that may look at any variable, or hand them on."""
_OF_THE_SHELL = {"TERM", "COLUMNS", "SHELL", "HOME", "TMPDIR", "TEMP", "TMP", "USER", "LOGNAME", "VIRTUAL_ENV"}
"""Another in each window or job: no framework reads them, and home and temporary folder are a block's own."""


def machine() -> tuple[object, ...]:
    """The interpreter, the processor and the devices that frameworks may find."""
    devices = [(folder, _names(folder)) for folder in DEVICES]
    drivers = [_text(path) for path in DRIVERS]
    return sys.version, sys.prefix, sys.platform, _processor(), os.cpu_count(), drivers, devices


def variables(sources: Sequence[str], environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Of the variables that blocks get, those that may decide how `sources` run."""
    may_read_all = any(map(_READS_ALL.search, sources))
    return {name: value for name, value in inherited(environment).items() if may_read_all or name not in _OF_THE_SHELL}


def paths(variables: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """What lies in the folders of PYTHONPATH: a module that is added may go before an installed one."""
    folders = filter(None, variables.get("PYTHONPATH", "").split(os.pathsep))
    return [(folder, [name for name in _names(folder) if name != "__pycache__"]) for folder in folders]


def _processor() -> str:
    """Its model and what it can, where Linux tells: kernels of frameworks are chosen by it."""
    machine = os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_IDENTIFIER", "")
    about = re.findall(r"^(?:model name|flags)\s*:.*$", _text("/proc/cpuinfo"), re.MULTILINE)[:2]
    return "\n".join([machine, *about])


def _text(path: str) -> str:
    """The first page of a small file; nothing where there is none."""
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            return file.read(8192)
    except OSError:
        return ""


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
